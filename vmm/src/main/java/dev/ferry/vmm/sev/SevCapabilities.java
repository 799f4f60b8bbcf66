package dev.ferry.vmm.sev;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code query-sev-capabilities} tells about a host.
 *
 * @param pdh its PDH certificate, base64
 * @param certChain PEK, OCA and CEK, base64
 * @param cpu0Id what AMD's key service knows the chip by, base64
 */
public record SevCapabilities(
        String pdh, String certChain, String cpu0Id, int cBitPos, int reducedPhysBits) {

    /** With QMP's keys. */
    public Map<String, Object> qmp() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("pdh", pdh);
        map.put("cert-chain", certChain);
        map.put("cpu0-id", cpu0Id);
        map.put("cbitpos", cBitPos);
        map.put("reduced-phys-bits", reducedPhysBits);
        return map;
    }
}
