package dev.ferry.vmm.sev;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code query-sev} tells.
 *
 * @param state as QEMU's SevState has it: uninit, launch-update, launch-secret, running,
 *     send-update, receive-update
 */
public record SevInfo(
        boolean enabled,
        int apiMajor,
        int apiMinor,
        int buildId,
        long policy,
        String state,
        int handle) {

    /** Of a machine without SEV. */
    public static final SevInfo DISABLED = new SevInfo(false, 0, 0, 0, 0, "uninit", 0);

    /** With QMP's keys. */
    public Map<String, Object> qmp() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("enabled", enabled);
        map.put("api-major", apiMajor);
        map.put("api-minor", apiMinor);
        map.put("build-id", buildId);
        map.put("policy", policy);
        map.put("state", state);
        map.put("handle", handle);
        return map;
    }
}
