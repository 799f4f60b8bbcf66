package dev.ferry.stream.vmstate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;

/** The JSON behind the end mark. What is understood must survive being written and read again. */
class VmDescriptionFuzzTest {

    private static final Place AT = new Place("fuzz", 0, "description");

    @FuzzTest
    void json(byte[] data) throws MalformedStreamException {
        VmDescription description;
        try {
            description = VmDescription.parse(data, AT);
        } catch (MalformedStreamException e) {
            return;
        }
        byte[] written = description.toJson();
        assertArrayEquals(written, VmDescription.parse(written, AT).toJson());
    }
}
