package dev.ferry.sev.firmware;

import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateIssuer;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.session.LaunchSecret;

/** Every command with parameters that nothing but a state can make wrong. */
final class Calls {

    private Calls() {}

    /**
     * Gives a command.
     *
     * @param handle the guest it is about; the one whose key is shared, for those that make a guest
     */
    static void give(Command command, TestHost host, int handle) throws SevException {
        SecureProcessor firmware = host.firmware;
        byte[] page = new byte[TestHost.PAGE];
        switch (command) {
            case INIT -> firmware.init(InitParameters.SEV_ES);
            case SHUTDOWN -> firmware.shutdown();
            case FACTORY_RESET -> firmware.factoryReset();
            case PLATFORM_STATUS -> firmware.platformStatus();
            case PEK_GEN -> firmware.pekGen();
            case PEK_CSR -> firmware.pekCsr(SevCertificate.BYTES);
            case PEK_CERT_IMPORT -> importOwner(host);
            case PDH_CERT_EXPORT -> firmware.pdhCertExport(2084, 6252);
            case PDH_GEN -> firmware.pdhGen();
            case DF_FLUSH -> {
                firmware.wbinvd();
                firmware.dfFlush();
            }
            case GET_ID -> firmware.getId(64);
            case DECOMMISSION -> firmware.decommission(handle);
            case ACTIVATE -> firmware.activate(handle, host.freeAsid(TestHost.ES));
            case DEACTIVATE -> firmware.deactivate(handle);
            case GUEST_STATUS -> firmware.guestStatus(handle);
            case LAUNCH_START ->
                    firmware.launchStart(
                            new LaunchStart(
                                    TestHost.ES,
                                    handle,
                                    new byte[0],
                                    new byte[0],
                                    host.guestMemory));
            case LAUNCH_UPDATE_DATA -> firmware.launchUpdateData(handle, 0, TestHost.PAGE);
            case LAUNCH_UPDATE_VMSA -> firmware.launchUpdateVmsa(handle, 0, TestHost.PAGE);
            case LAUNCH_MEASURE -> firmware.launchMeasure(handle, 48);
            case LAUNCH_SECRET -> {
                LaunchSecret secret = host.sealed(page);
                firmware.launchSecret(handle, secret.header(), secret.ciphertext(), 0, page.length);
            }
            case LAUNCH_FINISH -> firmware.launchFinish(handle);
            case ATTESTATION -> firmware.attestation(handle, new byte[16], 208);
            case SEND_START -> firmware.sendStart(host.departure(handle, host.platform));
            case SEND_UPDATE_DATA ->
                    firmware.sendUpdateData(handle, 0, TestHost.PAGE, host.arriving(page));
            case SEND_UPDATE_VMSA ->
                    firmware.sendUpdateVmsa(handle, 0, TestHost.PAGE, host.arriving(page));
            case SEND_FINISH -> firmware.sendFinish(handle);
            case SEND_CANCEL -> firmware.sendCancel(handle);
            case RECEIVE_START -> firmware.receiveStart(host.arrival(TestHost.ES, handle));
            case RECEIVE_UPDATE_DATA ->
                    firmware.receiveUpdateData(handle, 0, TestHost.PAGE, host.arriving(page));
            case RECEIVE_UPDATE_VMSA ->
                    firmware.receiveUpdateVmsa(handle, 0, TestHost.PAGE, host.arriving(page));
            case RECEIVE_FINISH -> firmware.receiveFinish(handle);
            case DBG_DECRYPT -> firmware.dbgDecrypt(handle, 0, page, 0, page.length);
            case DBG_ENCRYPT -> firmware.dbgEncrypt(handle, 0, page, 0, page.length);
        }
    }

    private static void importOwner(TestHost host) throws SevException {
        try (P384PrivateKey owner = P384PrivateKey.random(Platforms.RANDOM)) {
            CertificateIssuer issuer = new CertificateIssuer(1, 55, Platforms.RANDOM);
            SevCertificate request = PekSignatures.without(host.platform.chain().pek());
            host.firmware.pekCertImport(
                    issuer.signed(request, CertificateUsage.OCA, owner).bytes(),
                    issuer.oca(owner).bytes());
        }
    }
}
