package dev.ferry.stream;

import dev.ferry.stream.testing.WireBytes;

/** A main channel, item by item. Sections end in footers. */
final class StreamBytes {

    private final WireBytes out = WireBytes.of();

    /** Begins with header and configuration. */
    static StreamBytes of() {
        return bare().header().configuration("pc");
    }

    /** Begins with nothing. */
    static StreamBytes bare() {
        return new StreamBytes();
    }

    StreamBytes header() {
        out.raw("5145564d 00000003");
        return this;
    }

    StreamBytes configuration(String machine) {
        out.u8(7).u32(machine.length()).text(machine);
        return this;
    }

    /** Subsection of the configuration just begun. */
    StreamBytes capabilities(String... names) {
        out.u8(5).str8("configuration/capabilities").u32(1).u32(names.length);
        for (String name : names) {
            out.str8(name);
        }
        return this;
    }

    StreamBytes raw(String hexDigits) {
        out.raw(hexDigits);
        return this;
    }

    StreamBytes raw(byte[] bytes) {
        out.raw(bytes);
        return this;
    }

    /** START of section 2 with a block {@code m}. */
    StreamBytes ramStart(long length) {
        return start(0x01, 2, "ram", 0, 4)
                .raw(WireBytes.of().u64(length | 4).str8("m").u64(length).u64(0x10).bytes())
                .footer(2);
    }

    StreamBytes start(int tag, long id, String name, long instance, long version) {
        out.u8(tag).u32(id).str8(name).u32(instance).u32(version);
        return this;
    }

    /** A PART of section 2 with these records and an EOS. */
    StreamBytes ramPart(WireBytes records) {
        out.raw("02 00000002").raw(records.bytes()).u64(0x10);
        return footer(2);
    }

    StreamBytes ramEnd() {
        out.raw("03 00000002").u64(0x10);
        return footer(2);
    }

    /** A device whose state is bytes. */
    StreamBytes device(long id, String name, byte[] state) {
        return start(0x04, id, name, 0, 1).raw(state).footer(id);
    }

    StreamBytes footer(long id) {
        out.u8(0x7e).u32(id);
        return this;
    }

    StreamBytes command(int code, String payload) {
        byte[] bytes = WireBytes.hex(payload);
        out.u8(8).u16(code).u16(bytes.length).raw(bytes);
        return this;
    }

    /** A PACKAGED command with its package. */
    StreamBytes packaged(byte[] content) {
        out.raw("08 0007 0004").u32(content.length).raw(content);
        return this;
    }

    StreamBytes eof() {
        out.u8(0);
        return this;
    }

    /** A description that lists devices with a buffer each: name, size, name, size... */
    StreamBytes description(Object... namesAndSizes) {
        StringBuilder json = new StringBuilder("{\"page_size\": 4096, \"devices\": [");
        for (int i = 0; i < namesAndSizes.length; i += 2) {
            json.append(i == 0 ? "" : ", ");
            json.append("{\"name\": \"")
                    .append(namesAndSizes[i])
                    .append("\", \"instance_id\": 0, ");
            json.append("\"vmsd_name\": \"").append(namesAndSizes[i]);
            json.append(
                    "\", \"version\": 1, \"fields\": [{\"name\": \"data\", \"type\": \"buffer\", ");
            json.append("\"size\": ").append(namesAndSizes[i + 1]).append("}]}");
        }
        return vmdesc(json.append("]}").toString());
    }

    StreamBytes vmdesc(String json) {
        out.u8(6).u32(json.length()).text(json);
        return this;
    }

    int size() {
        return out.size();
    }

    byte[] bytes() {
        return out.bytes();
    }
}
