package dev.ferry.tools.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyedOptionsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    q35                    | type=q35
                    q35,                   | type=q35
                    type=q35,accel=kvm     | type=q35 accel=kvm
                    q35,accel=kvm:tcg,     | type=q35 accel=kvm:tcg
                    a,,b,x=1,,2            | type=a,b x=1,2
                    a,b=c=d                | type=a b=c=d
                    a,server,nowait        | type=a server=on wait=off
                    a,node                 | type=a node=on
                    ,x=1                   | type= x=1
                    a=,b=                  | a= b=
                    """)
    void pairsAreReadInOrder(String text, String pairs) {
        assertEquals(
                pairs,
                KeyedOptions.of(text, "type").pairs().stream()
                        .map(pair -> pair.key() + "=" + pair.value())
                        .collect(Collectors.joining(" ")));
    }

    @Test
    void laterKeysWin() {
        assertEquals("2", KeyedOptions.of("a=1,a=2", null).get("a"));
    }

    @Test
    void unknownKeysAreRefused() {
        LaunchException e =
                assertThrows(
                        LaunchException.class,
                        () -> KeyedOptions.of("a=1,b=2", null).allow(Set.of("a")));
        assertEquals("Invalid parameter 'b'", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "1,B,1",
        "128,M,134217728",
        "512K,M,524288",
        "1.5G,M,1610612736",
        "2T,B,2199023255552",
        "0x1000,B,4096",
        "7E,B,8070450532247928832",
        "1b,M,1",
        "0,M,0"
    })
    void sizesHaveUnits(String text, char unit, long bytes) {
        assertEquals(bytes, SizeText.parse("size", text, unit));
    }

    @ParameterizedTest
    @CsvSource({"''", "M", "-1", "1e3", "8E", "12Q", "1..5", "0x", "99999999999999999999999999"})
    void otherSizesAreRefused(String text) {
        LaunchException e =
                assertThrows(LaunchException.class, () -> SizeText.parse("size", text, 'M'));
        assertEquals(
                true, String.valueOf(e.getMessage()).startsWith("Parameter 'size' expects"), text);
    }
}
