package dev.ferry.sev.cert;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;

/** The curve P-384 (secp384r1) as the JDK has it. Source: SEC 2, section 2.5.1. */
final class P384Curve {
    static final int BYTES = 48;

    static final ECParameterSpec SPEC = spec();
    static final BigInteger ORDER = SPEC.getOrder();

    private static final BigInteger P = ((ECFieldFp) SPEC.getCurve().getField()).getP();
    private static final BigInteger A = SPEC.getCurve().getA();
    private static final BigInteger B = SPEC.getCurve().getB();

    private P384Curve() {}

    /** Whether y^2 = x^3 + ax + b; never the point at infinity, which has no coordinates. */
    static boolean contains(BigInteger x, BigInteger y) {
        if (x.compareTo(P) >= 0 || y.compareTo(P) >= 0) {
            return false;
        }
        return y.multiply(y).mod(P).equals(x.multiply(x).add(A).multiply(x).add(B).mod(P));
    }

    private static ECParameterSpec spec() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp384r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no P-384", e);
        }
    }
}
