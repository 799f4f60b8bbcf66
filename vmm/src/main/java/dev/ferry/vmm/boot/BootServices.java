package dev.ferry.vmm.boot;

import dev.ferry.vmm.device.PortDevice;
import dev.ferry.vmm.memory.AddressSpace;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The VMM's end of {@link BootRom}: loads what is to be booted whenever the machine has been reset,
 * and serves the disks.
 *
 * <pre>
 *  port  +0  out u8   1 prepare, 2 INT 13h
 *        +0  in  u8   0 done, or nothing to boot; 1 boot sector loaded; 2 kernel loaded
 *        +4  out u32  linear address of the frame of INT 13h
 * </pre>
 *
 * <p>It has no state that outlives an OUT and the IN behind it, so nothing of it is in a stream.
 */
public final class BootServices implements PortDevice {

    /** The first port. */
    public static final int PORT = 0x5eb0;

    /** How many ports. */
    public static final int PORTS = 8;

    private static final Logger LOG = System.getLogger(BootServices.class.getName());

    private static final int PREPARE = 1;
    private static final int DISK = 2;

    private static final int NOTHING = 0;
    private static final int SECTOR = 1;
    private static final int KERNEL = 2;

    private static final long SECTOR_ADDRESS = 0x7c00;

    private final AddressSpace memory;
    private final BiosData data;
    private final List<Disk> disks;
    private final @Nullable MultibootKernel kernel;
    private final MemoryMap map;
    private final DiskService service;
    private int frame;
    private int status;

    /**
     * @param kernel what to start, or null for the first disk's boot sector
     * @param disks from 0x80 on
     */
    public BootServices(
            AddressSpace memory,
            MemoryMap map,
            @Nullable MultibootKernel kernel,
            List<Disk> disks) {
        this.memory = memory;
        this.map = map;
        this.kernel = kernel;
        this.disks = List.copyOf(disks);
        this.data = new BiosData(memory, map);
        this.service = new DiskService(this.disks, memory);
    }

    @Override
    public int in(int port, int size) {
        return port == 0 ? status : 0;
    }

    @Override
    public void out(int port, int size, int value) {
        if (port == 4) {
            frame = value;
        } else if (port == 0 && (value & 0xff) == PREPARE) {
            status = prepare();
        } else if (port == 0 && (value & 0xff) == DISK) {
            service.call(frame & 0xffffffffL);
            status = 0;
        }
    }

    private int prepare() {
        data.write(disks.size());
        try {
            if (kernel != null) {
                MultibootKernel.Loaded loaded = kernel.load(memory, map);
                data.kernel(loaded.entry(), loaded.info());
                return KERNEL;
            }
            if (!disks.isEmpty() && disks.getFirst().has(0, 1)) {
                byte[] sector = new byte[Disk.SECTOR_BYTES];
                disks.getFirst().read(0, sector, 1);
                if (bootable(sector)) {
                    memory.write(SECTOR_ADDRESS, sector);
                    return SECTOR;
                }
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "what is to be booted cannot be loaded: " + e.getMessage());
        }
        return NOTHING;
    }

    private static boolean bootable(byte[] sector) {
        return ByteBuffer.wrap(sector).getShort(Disk.SECTOR_BYTES - 2) == 0x55aa;
    }

    /**
     * Whether a disk begins with a boot sector.
     *
     * @throws BootException if it does not
     */
    public static void requireBootable(Disk disk, String name) throws IOException {
        byte[] sector = new byte[Disk.SECTOR_BYTES];
        if (disk.has(0, 1)) {
            disk.read(0, sector, 1);
        }
        if (!bootable(sector)) {
            throw new BootException(
                    "boot sector of "
                            + name
                            + ": expected 55 aa at offset 0x1fe, found "
                            + Integer.toHexString(sector[510] & 0xff)
                            + " "
                            + Integer.toHexString(sector[511] & 0xff));
        }
    }
}
