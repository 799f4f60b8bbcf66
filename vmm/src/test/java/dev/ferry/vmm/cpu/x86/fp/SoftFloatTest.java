package dev.ferry.vmm.cpu.x86.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The arithmetic against exact arithmetic on big integers, and against the machine's own. */
class SoftFloatTest {

    private static final long SEED = 20_260;
    private static final int TIMES = 4000;

    private final SoftFloat soft = new SoftFloat();
    private final SplittableRandom random = new SplittableRandom(SEED);

    @ParameterizedTest
    @EnumSource
    void sumsAndProductsAreRoundedOnceFromTheExactResult(Precision p) {
        for (int i = 0; i < TIMES; i++) {
            soft.rounding = i & 3;
            number(soft.a);
            number(soft.b);
            BigDecimal x = exact(soft.a);
            BigDecimal y = exact(soft.b);
            String what = "seed " + SEED + ", " + i + ": " + x + " and " + y + " mode " + (i & 3);
            soft.flags = 0;
            if (random.nextBoolean()) {
                soft.add(p);
                check(x.add(y), p, what);
            } else {
                soft.multiply(p);
                check(x.multiply(y), p, what);
            }
        }
    }

    /** The result is the nearest in the direction of the mode: its neighbours are further away. */
    private void check(BigDecimal exact, Precision p, String what) {
        if (exact.signum() == 0) {
            assertEquals(Num.ZERO, soft.r.kind, what);
            return;
        }
        BigDecimal found = exact(soft.r);
        assertEquals(exact.signum() < 0 ? 1 : 0, soft.r.sign, what);
        BigDecimal ulp = power(soft.r.exponent - p.bits + 1);
        BigDecimal error = found.subtract(exact);
        assertEquals(error.signum() != 0, (soft.flags & SoftFloat.INEXACT) != 0, what);
        BigDecimal magnitude = error.abs();
        boolean right =
                switch (soft.rounding) {
                    case SoftFloat.NEAREST -> nearest(found, magnitude, ulp);
                    case SoftFloat.DOWN -> error.signum() <= 0 && magnitude.compareTo(ulp) < 0;
                    case SoftFloat.UP -> error.signum() >= 0 && magnitude.compareTo(ulp) < 0;
                    default -> error.signum() * exact.signum() <= 0 && magnitude.compareTo(ulp) < 0;
                };
        assertEquals(true, right, what + " gave " + found + " for " + exact);
    }

    private static boolean nearest(BigDecimal found, BigDecimal error, BigDecimal ulp) {
        int order = error.multiply(BigDecimal.TWO).compareTo(ulp);
        if (order != 0) {
            return order < 0;
        }
        BigInteger units = found.abs().divideToIntegralValue(ulp).toBigInteger();
        return !units.testBit(0);
    }

    @Test
    void quotientsAndRootsAreTheMachinesInDoublePrecision() {
        soft.rounding = SoftFloat.NEAREST;
        for (int i = 0; i < TIMES; i++) {
            double x = Double.longBitsToDouble(random.nextLong());
            double y = Double.longBitsToDouble(random.nextLong());
            if (Double.isNaN(x) || Double.isNaN(y)) {
                continue;
            }
            Formats.from64(soft.a, Double.doubleToRawLongBits(x), false);
            Formats.from64(soft.b, Double.doubleToRawLongBits(y), false);
            soft.divide(Precision.DOUBLE);
            assertEquals(Double.doubleToLongBits(x / y), Formats.to64(soft.r), x + " / " + y);
            Formats.from64(soft.a, Double.doubleToRawLongBits(Math.abs(x)), false);
            soft.squareRoot(Precision.DOUBLE);
            assertEquals(
                    Double.doubleToLongBits(Math.sqrt(Math.abs(x))),
                    Formats.to64(soft.r),
                    "root of " + x);
        }
    }

    @Test
    void quotientsOfExtendedPrecisionAreRoundedFromTheExactOne() {
        soft.rounding = SoftFloat.TRUNCATE;
        for (int i = 0; i < TIMES; i++) {
            number(soft.a);
            number(soft.b);
            BigDecimal x = exact(soft.a).abs();
            BigDecimal y = exact(soft.b).abs();
            soft.divide(Precision.EXTENDED);
            BigDecimal found = exact(soft.r).abs();
            BigDecimal ulp = power(soft.r.exponent - 63);
            assertEquals(true, found.multiply(y).compareTo(x) <= 0, "too great, " + i);
            assertEquals(true, found.add(ulp).multiply(y).compareTo(x) > 0, "too small, " + i);
        }
    }

    @Test
    void remaindersAreExact() {
        for (int i = 0; i < TIMES; i++) {
            boolean nearest = (i & 1) != 0;
            number(soft.a);
            number(soft.b);
            BigDecimal x = exact(soft.a);
            BigDecimal y = exact(soft.b).abs();
            soft.b.sign(0);
            soft.remainder(nearest);
            if (soft.partial) {
                continue;
            }
            BigDecimal q = x.abs().divideToIntegralValue(y);
            BigDecimal rest = x.abs().subtract(q.multiply(y));
            int half = rest.multiply(BigDecimal.TWO).compareTo(y);
            if (nearest && (half > 0 || (half == 0 && q.toBigInteger().testBit(0)))) {
                q = q.add(BigDecimal.ONE);
                rest = rest.subtract(y);
            }
            BigDecimal expected = x.signum() < 0 ? rest.negate() : rest;
            String what = "seed " + SEED + ", " + i + ": " + x + " by " + y;
            assertEquals(0, expected.compareTo(exact(soft.r)), what + " gave " + exact(soft.r));
            assertEquals(q.toBigInteger().intValue() & 7, (int) soft.quotient & 7, what);
        }
    }

    @Test
    void integersComeBackFromEveryFormat() {
        for (int i = 0; i < TIMES; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            soft.flags = 0;
            soft.fromLong(value, Precision.EXTENDED);
            Formats.from80(soft.a, Formats.exponent80(soft.r), Formats.mantissa80(soft.r));
            assertEquals(value, soft.toLong(64, SoftFloat.NEAREST));
            assertEquals(0, soft.flags);
        }
    }

    /** A normal number, now and then near another's size. */
    private void number(Num n) {
        long mantissa = random.nextLong() | Num.TOP;
        if (random.nextInt(3) == 0) {
            mantissa &= -1L << random.nextInt(64);
        }
        n.set(Num.FINITE, random.nextInt(2), random.nextInt(-40, 40), mantissa | Num.TOP);
    }

    private static BigDecimal exact(Num n) {
        if (n.kind == Num.ZERO) {
            return BigDecimal.ZERO;
        }
        BigDecimal mantissa = new BigDecimal(new BigInteger(Long.toUnsignedString(n.mantissa)));
        BigDecimal value = mantissa.multiply(power(n.exponent - 63));
        return n.sign != 0 ? value.negate() : value;
    }

    private static BigDecimal power(int exponent) {
        return exponent >= 0
                ? new BigDecimal(BigInteger.TWO.pow(exponent))
                : BigDecimal.ONE.divide(new BigDecimal(BigInteger.TWO.pow(-exponent)));
    }
}
