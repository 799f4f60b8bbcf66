package dev.ferry.vmm.efi;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * UEFI variables in the flash of a machine.
 *
 * <pre>
 *  firmware volume header | variable store header | variable* | erased | ... | working block | spare
 * </pre>
 *
 * A change is made as firmware makes it: the old value is marked, the new one written behind all
 * others, the old one marked as deleted. When there is no room, what is deleted is thrown out
 * first. Bytes that nothing is known about stay as they are. Not for several threads.
 *
 * <p>Source: UEFI specification, Variable Services; EDK2 MdeModulePkg
 * Universal/Variable/RuntimeDxe.
 */
public final class VariableStore {

    private final FlashReader flash;
    private final byte[] bytes;
    private final FirmwareVolumeHeader volume;
    private final VariableStoreHeader header;
    private final int first;
    private final int end;
    private VariableRecords records;

    private VariableStore(
            FlashReader flash, FirmwareVolumeHeader volume, VariableStoreHeader header)
            throws MalformedStreamException {
        this.flash = flash;
        this.bytes = flash.bytes();
        this.volume = volume;
        this.header = header;
        this.first = VariableRecord.aligned(volume.headerLength() + VariableStoreHeader.BYTES);
        this.end = volume.headerLength() + header.length();
        this.records = VariableRecords.read(flash, header.format(), first, end);
    }

    /** Whether flash begins with a volume for variables; it may be a damaged one. */
    public static boolean recognises(byte[] flash) {
        return FirmwareVolumeHeader.recognises(flash);
    }

    /**
     * Reads the store at the beginning of flash.
     *
     * @param flash copied; what is behind the volume is kept
     * @param source what error messages call it
     * @throws MalformedStreamException if it is none, or a damaged one
     */
    public static VariableStore parse(byte[] flash, String source) throws MalformedStreamException {
        FlashReader reader = new FlashReader(flash.clone(), source);
        FirmwareVolumeHeader volume = FirmwareVolumeHeader.read(reader);
        VariableStoreHeader header =
                VariableStoreHeader.read(reader, volume.headerLength(), volume.length());
        return new VariableStore(reader, volume, header);
    }

    /** An empty store, as a build of OVMF brings it. */
    public static VariableStore create(StoreGeometry geometry, VariableFormat format) {
        byte[] flash = new byte[geometry.volume()];
        Arrays.fill(flash, (byte) 0xff);
        FirmwareVolumeHeader volume = FirmwareVolumeHeader.of(geometry.volume(), geometry.block());
        volume.write(flash);
        int at = volume.headerLength();
        VariableStoreHeader header = new VariableStoreHeader(format, geometry.variables() - at, 0);
        header.write(flash, at);
        WorkingBlock.write(flash, geometry.workingAt(), geometry.working());
        try {
            return new VariableStore(new FlashReader(flash, "new flash"), volume, header);
        } catch (MalformedStreamException e) {
            throw new IllegalStateException("what was just made cannot be read", e);
        }
    }

    /** The flash as it is now; a copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Which sort of headers its variables have. */
    public VariableFormat format() {
        return header.format();
    }

    /** Bytes of the volume that the store is in. */
    public long volumeBytes() {
        return volume.length();
    }

    /** Bytes that are left before something has to be thrown out. */
    public int freeBytes() {
        return end - records.freeAt();
    }

    /** The working block, if there is one behind the variables. */
    public Optional<WorkingBlock> workingBlock() throws MalformedStreamException {
        int step = (int) Math.max(0x100, volume.blocks().getFirst().length());
        int from = Math.ceilDiv(end, step) * step;
        OptionalInt at = WorkingBlock.find(bytes, from, (int) volume.length(), step);
        return at.isEmpty()
                ? Optional.empty()
                : Optional.of(WorkingBlock.read(flash, at.getAsInt(), (int) volume.length()));
    }

    /** The variables that count, in the order in which they were written. */
    public List<EfiVariable> variables() throws MalformedStreamException {
        Map<List<Object>, EfiVariable> found = new LinkedHashMap<>();
        for (VariableRecord record : records.list()) {
            if (!record.counts()) {
                continue;
            }
            EfiVariable variable = VariableRecords.variable(flash, record);
            List<Object> key = List.of(variable.vendor(), variable.name());
            // A value that is about to be replaced counts until the one that replaces it is there.
            if (record.header().state() == VariableState.ADDED) {
                found.put(key, variable);
            } else {
                found.putIfAbsent(key, variable);
            }
        }
        return List.copyOf(found.values());
    }

    /** A variable's value. */
    public Optional<EfiVariable> get(EfiGuid vendor, String name) throws MalformedStreamException {
        for (EfiVariable variable : variables()) {
            if (variable.vendor().equals(vendor) && variable.name().equals(name)) {
                return Optional.of(variable);
            }
        }
        return Optional.empty();
    }

    /**
     * Sets a variable; nothing is written if that is what it is.
     *
     * @throws LimitExceededException if there is no room even without what is deleted
     */
    public void set(EfiVariable variable) throws MalformedStreamException, LimitExceededException {
        Optional<EfiVariable> before = get(variable.vendor(), variable.name());
        if (before.isPresent() && before.get().equals(variable)) {
            return;
        }
        byte[] record = VariableRecords.encode(header.format(), variable);
        if (!fits(record)) {
            reclaim(variable, record.length);
        }
        mark(variable.vendor(), variable.name(), VariableState.IN_DELETED_TRANSITION);
        int at = records.freeAt();
        System.arraycopy(record, 0, bytes, at, record.length);
        mark(variable.vendor(), variable.name(), VariableState.DELETED);
        bytes[at + 2] = VariableState.ADDED;
        records = VariableRecords.read(flash, header.format(), first, end);
    }

    /**
     * Deletes a variable.
     *
     * @return whether there was one
     */
    public boolean delete(EfiGuid vendor, String name) throws MalformedStreamException {
        boolean deleted = mark(vendor, name, VariableState.DELETED);
        records = VariableRecords.read(flash, header.format(), first, end);
        return deleted;
    }

    /** Says what was expected of a variable, and what was found. */
    MalformedStreamException malformed(String what, String expected, String found) {
        return flash.malformed(what, expected, found, first);
    }

    private boolean fits(byte[] record) {
        return record.length <= freeBytes() && flash.erased(records.freeAt(), end);
    }

    /** Clears a bit of every record of the variable that counts. */
    private boolean mark(EfiGuid vendor, String name, int bits) throws MalformedStreamException {
        boolean marked = false;
        for (VariableRecord record : records.list()) {
            if (record.counts()
                    && record.header().vendor().equals(vendor)
                    && VariableRecords.name(flash, record).equals(name)) {
                bytes[record.at() + 2] &= (byte) bits;
                marked = true;
            }
        }
        return marked;
    }

    /** Writes the variables that count anew, without the one that is about to be replaced. */
    private void reclaim(EfiVariable replacing, int needed)
            throws MalformedStreamException, LimitExceededException {
        List<EfiVariable> kept = variables();
        byte[] fresh = new byte[end - first];
        Arrays.fill(fresh, (byte) 0xff);
        int at = 0;
        EfiVariable replaced = null;
        for (EfiVariable variable : kept) {
            if (variable.vendor().equals(replacing.vendor())
                    && variable.name().equals(replacing.name())) {
                replaced = variable;
                continue;
            }
            byte[] record = VariableRecords.encode(header.format(), variable);
            System.arraycopy(record, 0, fresh, at, record.length);
            fresh[at + 2] = VariableState.ADDED;
            at = VariableRecord.aligned(first + at + record.length) - first;
        }
        if (needed > fresh.length - at) {
            throw new LimitExceededException(
                    "variable '"
                            + replacing.name()
                            + "': expected room for "
                            + FlashReader.hex(needed)
                            + " bytes, found "
                            + FlashReader.hex(Math.max(0, fresh.length - at))
                            + (replaced == null ? "" : " without its old value"),
                    new Place(flash.source(), first + (long) at, "UEFI variable store"));
        }
        System.arraycopy(fresh, 0, bytes, first, fresh.length);
        records = VariableRecords.read(flash, header.format(), first, end);
    }
}
