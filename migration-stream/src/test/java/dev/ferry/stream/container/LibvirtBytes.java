package dev.ferry.stream.container;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Spells out libvirt save images: 92 bytes of header, 120 of XML, cookie and padding, payload. */
final class LibvirtBytes {

    private final ByteBuffer head;

    LibvirtBytes() {
        this(ByteOrder.LITTLE_ENDIAN);
    }

    LibvirtBytes(ByteOrder order) {
        byte[] xml = "<domain/>\0<cookie/>\0".getBytes(StandardCharsets.UTF_8);
        head = ByteBuffer.allocate(92 + xml.length + 100).order(order);
        head.put(92, xml);
        magic("LibvirtQemudSave").version(2).dataLength(120).cookieOffset(10);
    }

    LibvirtBytes magic(String magic) {
        head.put(0, magic.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    LibvirtBytes version(int version) {
        head.putInt(16, version);
        return this;
    }

    LibvirtBytes dataLength(int length) {
        head.putInt(20, length);
        return this;
    }

    LibvirtBytes format(int code) {
        head.putInt(28, code);
        return this;
    }

    LibvirtBytes cookieOffset(int offset) {
        head.putInt(32, offset);
        return this;
    }

    byte[] file(byte[] payload) {
        return Samples.concat(head.array(), payload);
    }
}
