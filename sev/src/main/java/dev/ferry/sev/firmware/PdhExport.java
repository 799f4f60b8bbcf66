package dev.ferry.sev.firmware;

import dev.ferry.sev.cert.PlatformChain;
import dev.ferry.sev.cert.SevCertificate;

/**
 * What PDH_CERT_EXPORT gives.
 *
 * @param chain PEK, OCA and a CEK that nobody has signed: AMD's signature is had from its key
 *     service, here from {@link SecureProcessor#endorsedChain}
 */
public record PdhExport(SevCertificate pdh, PlatformChain chain) {}
