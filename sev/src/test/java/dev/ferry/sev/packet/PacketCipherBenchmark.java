package dev.ferry.sev.packet;

import dev.ferry.sev.SevException;
import java.security.GeneralSecurityException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a page costs on one core, beside its two halves alone; {@code -prof gc} for the garbage. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PacketCipherBenchmark {

    private static final int PAGE = 4096;

    private final PacketCipher packets = new PacketCipher(PacketVectors.keys());
    private final byte[] plain = new byte[PAGE];
    private final byte[] header = new byte[PacketHeader.BYTES];
    private final byte[] ciphertext = new byte[PAGE];
    private final byte[] opened = new byte[PAGE];

    private final SecretKeySpec key = new SecretKeySpec(new byte[16], "AES");
    private final byte[] iv = new byte[16];
    private final Cipher aes;
    private final Mac hmac;

    public PacketCipherBenchmark() {
        try {
            aes = Cipher.getInstance("AES/CTR/NoPadding");
            hmac = Mac.getInstance("HmacSHA256");
            hmac.init(new SecretKeySpec(new byte[16], "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Setup
    public void make() {
        new SplittableRandom(1).nextBytes(plain);
        packets.seal(plain, 0, PAGE, header, 0, ciphertext, 0);
    }

    @Benchmark
    public byte[] seal() {
        packets.seal(plain, 0, PAGE, header, 0, ciphertext, 0);
        return header;
    }

    @Benchmark
    public byte[] open() throws SevException {
        packets.open(header, 0, ciphertext, 0, PAGE, opened, 0);
        return opened;
    }

    /** Half of the baseline. */
    @Benchmark
    public byte[] aesAlone() throws GeneralSecurityException {
        iv[0]++;
        aes.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
        aes.doFinal(plain, 0, PAGE, opened, 0);
        return opened;
    }

    /** The other half. */
    @Benchmark
    public byte[] hmacAlone() throws GeneralSecurityException {
        hmac.update(plain, 0, PAGE);
        hmac.doFinal(opened, 0);
        return opened;
    }
}
