package dev.ferry.tools.inspect;

import java.io.StringReader;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * What libvirt's domain description says about who the guest is.
 *
 * @param name null where the description is no XML or does not say
 * @param uuid as above
 */
public record DomainXml(@Nullable String name, @Nullable String uuid) {

    /** Reads a description as far as it can be read. */
    public static DomainXml of(String xml) {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        // The description may come from anyone: nothing outside it is fetched or expanded.
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        String name = null;
        String uuid = null;
        try {
            XMLStreamReader in = factory.createXMLStreamReader(new StringReader(xml));
            int depth = 0;
            while (in.hasNext() && (name == null || uuid == null)) {
                int event = in.next();
                if (event == XMLStreamConstants.START_ELEMENT) {
                    depth++;
                    // The root is domain, or domstatus around it in old images.
                    if (depth == 2 && in.getLocalName().equals("name")) {
                        name = in.getElementText().strip();
                        depth--;
                    } else if (depth == 2 && in.getLocalName().equals("uuid")) {
                        uuid = in.getElementText().strip();
                        depth--;
                    }
                } else if (event == XMLStreamConstants.END_ELEMENT) {
                    depth--;
                }
            }
        } catch (XMLStreamException e) {
            // What was found before stands.
        }
        return new DomainXml(name, uuid);
    }
}
