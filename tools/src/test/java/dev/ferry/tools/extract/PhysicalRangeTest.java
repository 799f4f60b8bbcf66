package dev.ferry.tools.extract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.tools.cli.UsageException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhysicalRangeTest {

    @ParameterizedTest
    @CsvSource({
        "0+1, 0, 1",
        "0x100000+4K, 1048576, 4096",
        "1M+2m, 1048576, 2097152",
        "4G+0x10, 4294967296, 16"
    })
    void startAndLengthAreRead(String text, long start, long length) {
        assertEquals(new PhysicalRange(start, length), PhysicalRange.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "+",
                "1",
                "+1",
                "1+",
                "1+0",
                "-1+1",
                "1+-1",
                "x+1",
                "0x+1",
                "K+1",
                "9223372036854775807+1",
                "9007199254740993G+1",
                "0xffffffffffffffff+1"
            })
    void anythingElseIsRefused(String text) {
        assertThrows(UsageException.class, () -> PhysicalRange.parse(text));
    }
}
