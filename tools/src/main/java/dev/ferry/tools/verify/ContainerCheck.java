package dev.ferry.tools.verify;

import dev.ferry.stream.container.LibvirtSaveImage;
import dev.ferry.stream.container.PlainStream;
import dev.ferry.stream.container.Qcow2Snapshot;
import dev.ferry.stream.item.StreamItem;

/** What the stream is kept in: libvirt's header, qcow2's state. */
final class ContainerCheck implements Check {

    private final Verification verification;

    ContainerCheck(Verification verification) {
        this.verification = verification;
    }

    @Override
    public void item(StreamItem item) {
        if (!(item instanceof StreamItem.Header header) || header.channel() != 0) {
            return;
        }
        switch (verification.input().opened().container()) {
            case PlainStream plain -> {}
            case LibvirtSaveImage image -> libvirt(image);
            case Qcow2Snapshot snapshot -> qcow2(snapshot);
        }
    }

    private void libvirt(LibvirtSaveImage image) {
        String where = "libvirt header";
        if (!image.complete()) {
            verification
                    .findings()
                    .error(
                            verification.whole(where),
                            "magic is 'LibvirtQemudPart': writing the image was not finished, and"
                                    + " libvirt refuses it");
        }
        if (image.version() < 2) {
            verification
                    .findings()
                    .warning(
                            verification.whole(where),
                            "version "
                                    + image.version()
                                    + ", which no libvirt has written for long");
        }
        if (image.xml().isEmpty()) {
            verification
                    .findings()
                    .error(
                            verification.whole(where),
                            "no domain description: libvirt cannot restore the image");
        }
    }

    private void qcow2(Qcow2Snapshot image) {
        if (image.corrupt()) {
            verification
                    .findings()
                    .error(
                            verification.whole("qcow2 header"),
                            "QEMU found the image damaged and marked it corrupt");
        }
        if (image.dirty()) {
            verification
                    .findings()
                    .warning(
                            verification.whole("qcow2 header"),
                            "the image is marked dirty: QEMU did not close it");
        }
    }
}
