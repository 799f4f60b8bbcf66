package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.AmdChain;
import dev.ferry.sev.cert.AmdKey;
import dev.ferry.sev.cert.TrustedArks;
import org.jspecify.annotations.Nullable;

/**
 * What a platform takes for AMD: the ARK it knows by its digest, the ASK that signed its CEK, and
 * in a synthetic platform their private keys, by which further platforms of the same root are made.
 *
 * @param arkKey of the ARK, if it is synthetic and ours
 * @param askKey of the ASK, likewise
 */
record AmdRoot(AmdChain chain, @Nullable AmdKey arkKey, @Nullable AmdKey askKey) {

    /** The ARK that the platform was made with, and no other. */
    TrustedArks trusted() {
        return TrustedArks.only(chain.ark());
    }

    AmdKey requireAskKey() throws SevException {
        if (askKey == null) {
            throw new SevException(
                    FirmwareStatus.UNSUPPORTED,
                    "new platform: expected another's private ASK, found its certificate alone");
        }
        return askKey;
    }

    /** Tells no key. */
    @Override
    public String toString() {
        return "root " + chain.ark();
    }
}
