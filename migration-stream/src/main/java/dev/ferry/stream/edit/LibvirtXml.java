package dev.ferry.stream.edit;

import dev.ferry.stream.container.LibvirtSaveImage;
import java.nio.ByteBuffer;

/**
 * Replaces the domain description of a libvirt save image as libvirt itself does: XML, cookie and
 * padding together stay as long as they were, so that the stream behind them stays in its place.
 *
 * <p>Source: libvirt src/qemu/qemu_saveimage.c, virQEMUSaveDataWrite.
 */
public final class LibvirtXml {

    private static final int COOKIE_OFFSET_AT = 32;

    private LibvirtXml() {}

    /** Bytes of XML that {@code image} has room for. */
    public static int room(LibvirtSaveImage image) {
        return image.dataLength() - 1 - cookieBytes(image);
    }

    /** The cookie with its NUL. */
    private static int cookieBytes(LibvirtSaveImage image) {
        if (image.cookieOffset() == 0) {
            return 0;
        }
        byte[] data = image.rawData();
        int end = image.cookieOffset();
        while (data[end] != 0) {
            end++;
        }
        return end + 1 - image.cookieOffset();
    }

    /**
     * Header and data of {@code image} with another description; the cookie is kept.
     *
     * @param xml without a NUL at its end or anywhere else
     * @throws EditException if it is too long, empty, or has a NUL
     */
    public static byte[] replace(LibvirtSaveImage image, byte[] xml) throws EditException {
        for (byte b : xml) {
            if (b == 0) {
                throw new EditException("the XML has a NUL in it");
            }
        }
        if (xml.length == 0) {
            throw new EditException("the XML is empty");
        }
        if (xml.length > room(image)) {
            throw new EditException(
                    "the XML has " + xml.length + " bytes, the image has room for " + room(image));
        }
        byte[] header = image.rawHeader();
        byte[] before = image.rawData();
        byte[] bytes = new byte[header.length + before.length];
        System.arraycopy(header, 0, bytes, 0, header.length);
        System.arraycopy(xml, 0, bytes, header.length, xml.length);
        int cookie = cookieBytes(image);
        if (cookie > 0) {
            int offset = xml.length + 1;
            System.arraycopy(before, image.cookieOffset(), bytes, header.length + offset, cookie);
            ByteBuffer.wrap(bytes).order(image.byteOrder()).putInt(COOKIE_OFFSET_AT, offset);
        }
        return bytes;
    }
}
