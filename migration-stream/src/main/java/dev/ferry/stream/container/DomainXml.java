package dev.ferry.stream.container;

import java.util.Locale;
import java.util.UUID;

/**
 * The least domain description with which libvirt takes a save image whose guest it never knew: a
 * machine, its memory and CPUs, and no devices but those that the machine brings itself.
 *
 * <p>It cannot name what it does not know. A guest with more than that (disks, network, a serial
 * port) is restored with a description that has them, put in by {@link LibvirtSaveImage#withXml} or
 * {@code virsh restore --xml}.
 *
 * @param accelerator how libvirt runs it
 * @param name the domain's name
 * @param uuid the domain's identity, which libvirt requires
 * @param arch QEMU's name of the target: {@code x86_64}
 * @param machine the machine type, with its version: {@code pc-q35-10.0}
 * @param memoryBytes RAM, as given to QEMU; whole KiB
 * @param vcpus how many CPUs
 */
public record DomainXml(
        Accelerator accelerator,
        String name,
        UUID uuid,
        String arch,
        String machine,
        long memoryBytes,
        int vcpus) {

    /** libvirt's domain types of the QEMU driver. */
    public enum Accelerator {
        /** Emulation (TCG). */
        QEMU,
        KVM;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public DomainXml {
        if (memoryBytes <= 0 || (memoryBytes & 1023) != 0) {
            throw new IllegalArgumentException("memory of " + memoryBytes + " bytes");
        }
        if (vcpus <= 0) {
            throw new IllegalArgumentException(vcpus + " CPUs");
        }
        if (name.isEmpty() || name.indexOf('/') >= 0 || name.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("libvirt takes no domain name \"" + name + '"');
        }
    }

    /** The description as text. */
    public String generate() {
        StringBuilder xml = new StringBuilder(1024);
        xml.append("<domain type='").append(accelerator.label()).append("'>\n");
        element(xml, "name", name);
        element(xml, "uuid", uuid.toString());
        xml.append("  <memory unit='KiB'>").append(memoryBytes >> 10).append("</memory>\n");
        xml.append("  <vcpu placement='static'>").append(vcpus).append("</vcpu>\n");
        xml.append("  <os>\n    <type arch='").append(escaped(arch));
        xml.append("' machine='").append(escaped(machine)).append("'>hvm</type>\n  </os>\n");
        if (hasAcpi()) {
            // QEMU's default, which libvirt turns off when it is not asked for.
            xml.append("  <features>\n    <acpi/>\n    <apic/>\n  </features>\n");
        }
        xml.append("  <clock offset='utc'/>\n");
        element(xml, "on_poweroff", "destroy");
        element(xml, "on_reboot", "restart");
        element(xml, "on_crash", "destroy");
        // libvirt adds a USB controller, a screen and a balloon unless told otherwise.
        xml.append("  <devices>\n");
        xml.append("    <controller type='usb' index='0' model='none'/>\n");
        xml.append("    <video>\n      <model type='none'/>\n    </video>\n");
        xml.append("    <memballoon model='none'/>\n");
        return xml.append("  </devices>\n</domain>\n").toString();
    }

    private boolean hasAcpi() {
        boolean x86 = arch.equals("x86_64") || arch.equals("i686");
        return x86 && !machine.equals("isapc");
    }

    private static void element(StringBuilder xml, String tag, String text) {
        xml.append("  <").append(tag).append('>').append(escaped(text));
        xml.append("</").append(tag).append(">\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&apos;");
    }
}
