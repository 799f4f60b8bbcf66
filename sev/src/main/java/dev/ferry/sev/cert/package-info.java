/**
 * SEV certificates: the platform's own (PDH, PEK, OCA, CEK), AMD's (ASK, ARK), what makes each
 * valid, and the chain from one end to the other. Start at {@link
 * dev.ferry.sev.cert.SevCertificate} and {@link dev.ferry.sev.cert.ChainVerification}.
 *
 * <p>Everything inside a certificate is little-endian.
 */
@NullMarked
package dev.ferry.sev.cert;

import org.jspecify.annotations.NullMarked;
