package dev.ferry.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1 KiB",
        "1536, 1.5 KiB",
        "102400, 100 KiB",
        "102500, 100 KiB",
        "1048575, 1023 KiB",
        "4294967296, 4 GiB",
        "9223372036854775807, 7.9 EiB",
        "-1, -1 B"
    })
    void bytes(long bytes, String text) {
        assertEquals(text, Quantity.bytes(bytes));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0|0", "999|999", "1000|1,000", "1234567|1,234,567", "-1000|-1,000"})
    void counts(long n, String text) {
        assertEquals(text, Quantity.count(n));
    }

    @ParameterizedTest
    @CsvSource({"1, 3, 33.3 %", "0, 0, 0.0 %", "999, 1000, 99.9 %", "2, 2, 100.0 %"})
    void shares(long part, long whole, String text) {
        assertEquals(text, Quantity.percent(part, whole));
    }

    @ParameterizedTest
    @CsvSource({"0.04, 0.0 s", "59.94, 59.9 s", "60, 1 min 0 s", "3725, 62 min 5 s"})
    void times(double seconds, String text) {
        assertEquals(text, Quantity.seconds(seconds));
    }
}
