package dev.ferry.tools.edit;

import dev.ferry.stream.container.LibvirtSaveImage;
import dev.ferry.tools.cli.UsageException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** A domain description that the user brings along for a libvirt save image. */
final class NewXml {

    private NewXml() {}

    /**
     * The image with the description in {@code file}.
     *
     * @throws UsageException if it is none, or too long
     */
    static LibvirtSaveImage put(LibvirtSaveImage image, String file) throws IOException {
        Path path = Path.of(file);
        if (Files.size(path) > image.xmlRoom()) {
            throw new UsageException(
                    file
                            + ": the XML has "
                            + Files.size(path)
                            + " bytes, the image has room for "
                            + image.xmlRoom());
        }
        String xml = text(Files.readAllBytes(path), file);
        check(xml, file);
        return image.withXml(xml);
    }

    private static String text(byte[] bytes, String file) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new UsageException(file + ": the XML is not in UTF-8");
        }
    }

    /** libvirt could not restore the image with anything that is no domain description. */
    private static void check(String xml, String file) {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try {
            XMLStreamReader in = factory.createXMLStreamReader(new StringReader(xml));
            String root = null;
            while (in.hasNext()) {
                if (in.next() == XMLStreamConstants.START_ELEMENT && root == null) {
                    root = in.getLocalName();
                }
            }
            if (!"domain".equals(root)) {
                throw new UsageException(
                        file + ": expected a <domain> description, found <" + root + ">");
            }
        } catch (XMLStreamException e) {
            String place = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNumber();
            throw new UsageException(file + place + ": the XML is not well-formed");
        }
    }
}
