package dev.ferry.vmm.sev;

import java.util.Map;

/**
 * What {@code query-sev-launch-measure} tells.
 *
 * @param data measurement and nonce, 48 bytes, base64
 */
public record SevLaunchMeasure(String data) {

    /** With QMP's keys. */
    public Map<String, Object> qmp() {
        return Map.of("data", data);
    }
}
