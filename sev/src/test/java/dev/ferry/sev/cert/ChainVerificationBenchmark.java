package dev.ferry.sev.cert;

import dev.ferry.sev.SevException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A whole chain from its bytes, and the two kinds of links that it has. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // by setup
public class ChainVerificationBenchmark {

    @Param({"naples", "rome"})
    public String generation = "rome";

    private RealChains.Chain chain;
    private SevCertificate pdh;
    private SevCertificate pek;
    private AmdCertificate ask;
    private AmdCertificate ark;

    @Setup
    public void setup() throws SevException {
        chain = RealChains.of(generation);
        pdh = SevCertificate.parse(chain.file(CertificateUsage.PDH));
        pek = SevCertificate.parse(chain.file(CertificateUsage.PEK));
        ask = AmdCertificate.parse(chain.file(CertificateUsage.ASK));
        ark = AmdCertificate.parse(chain.file(CertificateUsage.ARK));
    }

    @Benchmark
    public ChainVerification wholeChain() throws SevException {
        return chain.verify();
    }

    @Benchmark
    public Verdict oneLinkOfP384() {
        return CertificateValidator.validate(pdh, pek.signerKey());
    }

    @Benchmark
    public Verdict oneLinkOfRsa() {
        return AmdCertificateValidator.ask(ask, ark);
    }
}
