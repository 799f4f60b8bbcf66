package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.FieldType;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A function on the PCI bus: 256 bytes of configuration space, little endian.
 *
 * <p>Source: PCI Local Bus Specification 3.0, chapter 6; the state is QEMU's vmstate_pci_device
 * (hw/pci/pci.c).
 */
public abstract class PciFunction extends Device {

    private static final FieldType CONFIG = FieldType.of("pci config");
    private static final FieldType IRQ_STATE = FieldType.of("pci irq state");

    private final int slot;
    private final int function;
    private final byte[] initial;
    final byte[] config = new byte[256];
    private final byte[] writable = new byte[256];
    private final byte[] irqState = new byte[16];

    /**
     * @param initial configuration space at power-on, a number of {@code offset, byte...} rows in
     *     hex, one per string: {@code "00 86 80 37 12"}
     */
    PciFunction(int slot, int function, String vmsd, int version, String... initial) {
        super("0000:00:%02x.%x/%s".formatted(slot, function, vmsd), 0, vmsd, version);
        this.slot = slot;
        this.function = function;
        this.initial = parse(initial);
        Arrays.fill(writable, 0x40, 0x100, (byte) 0xff);
        writable(0x04, 0x07, 0x05);
        writable(0x0c, 0xff);
        writable(0x3c, 0xff);
        System.arraycopy(this.initial, 0, config, 0, config.length);
    }

    private static byte[] parse(String[] rows) {
        byte[] bytes = new byte[256];
        HexFormat hex = HexFormat.ofDelimiter(" ");
        for (String row : rows) {
            byte[] content = hex.parseHex(row.substring(3));
            int at = HexFormat.fromHexDigits(row, 0, 2);
            System.arraycopy(content, 0, bytes, at, content.length);
        }
        return bytes;
    }

    /** Sets which bits of consecutive bytes can be written. */
    final void writable(int at, int... masks) {
        for (int i = 0; i < masks.length; i++) {
            writable[at + i] = (byte) masks[i];
        }
    }

    /** Device and function number as in an address of configuration space. */
    final int address() {
        return slot << 3 | function;
    }

    /** The fields that every function begins with. */
    final void pciState(StateFields f, String name) {
        f.struct(
                name,
                "PCIDevice",
                2,
                s -> {
                    int version = (int) s.integer("version_id", FieldType.of("int32 le"), 2);
                    if (version > 2) {
                        throw s.invalid("version_id", version, "2 at most");
                    }
                    byte[] before = config.clone();
                    s.bytes("config[0]", CONFIG, config);
                    for (int i = 0; i < 4; i++) {
                        if (config[i] != before[i]) {
                            throw s.invalid(
                                    "config[0]",
                                    config[i] & 0xff,
                                    "vendor and device id of this function");
                        }
                    }
                    s.bytes("irq_state", IRQ_STATE, irqState);
                });
    }

    @Override
    public void reset() {
        super.reset();
        System.arraycopy(initial, 0, config, 0, config.length);
        Arrays.fill(irqState, (byte) 0);
        configured();
    }

    @Override
    public void loaded() {
        configured();
    }

    /** Configuration space changed: puts what depends on it right. */
    void configured() {}

    /** Reads configuration space; {@code at} and {@code size} do not leave a word of 4 bytes. */
    int read(int at, int size) {
        int value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << 8 | config[at + i] & 0xff;
        }
        return value;
    }

    /** Writes configuration space, where it can be written. */
    void write(int at, int size, int value) {
        for (int i = 0; i < size; i++) {
            int mask = writable[at + i];
            config[at + i] = (byte) (config[at + i] & ~mask | value >> 8 * i & mask);
        }
        if (at <= 7 && at + size > 6 && size >= 2) {
            // The error bits of the status register are cleared by writing ones.
            int high = at == 4 ? value >> 24 : value >> 8;
            config[7] &= (byte) ~(high & 0xf9);
        }
        configured();
    }
}
