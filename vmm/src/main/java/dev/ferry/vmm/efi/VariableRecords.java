package dev.ferry.vmm.efi;

import dev.ferry.stream.MalformedStreamException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The records of a variable store, one after the other.
 *
 * @param freeAt where erased flash begins, or what should be
 */
record VariableRecords(List<VariableRecord> list, int freeAt) {

    VariableRecords {
        list = List.copyOf(list);
    }

    static VariableRecords read(FlashReader flash, VariableFormat format, int first, int end)
            throws MalformedStreamException {
        byte[] bytes = flash.bytes();
        List<VariableRecord> list = new ArrayList<>();
        int at = first;
        while (at <= end - format.headerBytes()) {
            int start = LittleEndian.u16(bytes, at);
            if (start != VariableHeader.START_ID) {
                if (start != 0xffff) {
                    throw flash.malformed(
                            "variable", "0x55aa or erased flash", FlashReader.hex(start), at);
                }
                break;
            }
            VariableRecord record = record(flash, format, at, end);
            list.add(record);
            at = record.next();
        }
        return new VariableRecords(list, Math.min(at, end));
    }

    private static VariableRecord record(FlashReader flash, VariableFormat format, int at, int end)
            throws MalformedStreamException {
        VariableHeader header = VariableHeader.read(format, flash.bytes(), at);
        long length = format.headerBytes() + header.contentBytes();
        if (length > end - at) {
            throw flash.malformed(
                    "variable",
                    "at most "
                            + FlashReader.hex(end - at - format.headerBytes())
                            + " bytes of name and data",
                    FlashReader.hex(header.contentBytes()),
                    at);
        }
        VariableRecord record = new VariableRecord(at, (int) length, header);
        if (record.counts()) {
            requireName(flash, record);
        }
        return record;
    }

    private static void requireName(FlashReader flash, VariableRecord record)
            throws MalformedStreamException {
        long length = record.header().nameBytes();
        if (length < 4 || length % 2 != 0) {
            throw flash.malformed(
                    "variable name length",
                    "an even number above 2",
                    FlashReader.hex(length),
                    record.at());
        }
        for (int i = 0; i < length; i += 2) {
            boolean zero = LittleEndian.u16(flash.bytes(), record.nameAt() + i) == 0;
            if (zero != (i == length - 2)) {
                throw flash.malformed(
                        "variable name",
                        "a 0 at its end and nowhere else",
                        zero ? "one in its midst" : "none",
                        record.nameAt() + (long) i);
            }
        }
    }

    /** The name of a record that counts. */
    static String name(FlashReader flash, VariableRecord record) {
        // Unit by unit: a decoder would replace what is no proper UTF-16.
        char[] name = new char[(int) record.header().nameBytes() / 2 - 1];
        for (int i = 0; i < name.length; i++) {
            name[i] = (char) LittleEndian.u16(flash.bytes(), record.nameAt() + 2 * i);
        }
        return new String(name);
    }

    /** A record that counts, as a value. */
    static EfiVariable variable(FlashReader flash, VariableRecord record) {
        VariableHeader header = record.header();
        int at = record.dataAt();
        return new EfiVariable(
                header.vendor(),
                name(flash, record),
                header.attributes(),
                Arrays.copyOfRange(flash.bytes(), at, at + (int) header.dataBytes()),
                header.count(),
                header.time(),
                header.publicKey());
    }

    /** A value as a record whose data is not yet said to be there. */
    static byte[] encode(VariableFormat format, EfiVariable variable) {
        String name = variable.name();
        int nameBytes = 2 * name.length() + 2;
        byte[] data = variable.data();
        byte[] record = new byte[format.headerBytes() + nameBytes + data.length];
        new VariableHeader(
                        format,
                        VariableState.HEADER_VALID_ONLY,
                        0,
                        variable.attributes(),
                        variable.count(),
                        variable.time(),
                        variable.publicKey(),
                        nameBytes,
                        data.length,
                        variable.vendor())
                .write(record, 0);
        for (int i = 0; i < name.length(); i++) {
            LittleEndian.u16(record, format.headerBytes() + 2 * i, name.charAt(i));
        }
        System.arraycopy(data, 0, record, format.headerBytes() + nameBytes, data.length);
        return record;
    }
}
