package dev.ferry.sev.session;

import static dev.ferry.sev.session.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyDerivationTest {

    static List<SevFixture> captures() {
        return SevFixtures.all();
    }

    @Test
    void derivesTheKeysOfASession() {
        byte[] master = KeyDerivation.masterSecret(hex(Vectors.Z), Vectors.NONCE);
        assertEquals("46257166a005c30479ac951e0b34d3c4", hex(master));
        assertEquals("457c704cc1ba33d2fcdfec0f15cf4bf9", hex(KeyDerivation.encryptionKey(master)));
        assertEquals("4d5100e442e548eacb57f63fe0da185b", hex(KeyDerivation.integrityKey(master)));
    }

    @Test
    void goesOnWithASecondBlock() {
        assertEquals(
                "a4c23f2e36ab8c59442c164c0e8b5484cec2d475b24bc68879b5cad9a1fcff9c"
                        + "cf6bad3c8efc1a6372d3a4d9f984d6f8e1a91bb3e4b353b2",
                hex(KeyDerivation.derive(Vectors.NONCE, "abc", new byte[] {1}, 56)));
    }

    /** From the tests of the virtee sev crate. */
    @Test
    void agreesWithVirtee() {
        assertEquals(
                "ab4d269fcc62bedb4511d56c386ce706",
                hex(KeyDerivation.derive(new byte[16], "sev-master-secret", new byte[16], 16)));
    }

    @ParameterizedTest
    @MethodSource("captures")
    void agreesWithTheForksFirmware(SevFixture capture) {
        byte[] master =
                KeyDerivation.masterSecret(
                        capture.session("ecdh_shared_secret"), capture.session("nonce"));
        assertArrayEquals(capture.session("master_secret"), master);
        assertArrayEquals(capture.session("kek"), KeyDerivation.encryptionKey(master));
        assertArrayEquals(capture.session("kik"), KeyDerivation.integrityKey(master));
    }
}
