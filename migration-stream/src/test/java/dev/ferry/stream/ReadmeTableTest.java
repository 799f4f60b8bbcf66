package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README claims to read, held against the captures that prove it. */
class ReadmeTableTest {

    private static final Pattern GLOB = Pattern.compile("`([^`]+)`");

    @Test
    void everyRowNamesCapturesAndEveryCaptureIsInARow() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        String table = readme.substring(readme.indexOf("| What | Captures |"));
        Set<String> named = new TreeSet<>();
        for (String row : table.substring(0, table.indexOf("\n\n")).lines().skip(2).toList()) {
            Matcher glob = GLOB.matcher(row.substring(row.indexOf('|', 1)));
            while (glob.find()) {
                List<Fixture> found = Fixtures.matching(glob.group(1));
                assertFalse(found.isEmpty(), glob.group(1) + " matches no capture");
                found.forEach(fixture -> named.add(fixture.name()));
            }
        }
        Set<String> all = new TreeSet<>();
        Fixtures.all().forEach(fixture -> all.add(fixture.name()));
        assertEquals(all, named);
    }
}
