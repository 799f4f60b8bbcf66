package dev.ferry.stream.dump;

import java.util.List;

/**
 * A machine to dump.
 *
 * @param name for people
 * @param firmware the guest, or none for QEMU's own firmware
 * @param until what it prints before it is stopped; if nothing, it is never started
 * @param elf whether memory is small enough for an ELF file
 * @param capability for the migration, or none
 * @param arguments of QEMU
 */
record DumpedMachine(
        String name,
        String firmware,
        String until,
        boolean elf,
        String capability,
        String arguments) {

    private static final String NONE = "";

    private static final String TWO_NODES =
            " -object memory-backend-ram,id=n0,size=%s -object memory-backend-ram,id=n1,size=%s"
                    + " -numa node,nodeid=0,memdev=n1 -numa node,nodeid=1,memdev=n0";
    private static final String TWO_DIMMS =
            " -object memory-backend-ram,id=d0,size=4M -device pc-dimm,id=dimm0,memdev=d0"
                    + " -object memory-backend-ram,id=d1,size=6M -device pc-dimm,id=dimm1,memdev=d1"
                    + " -device loader,file=fill.bin,addr=0x100000000,force-raw=on"
                    + " -device loader,file=fill.bin,addr=0x100400000,force-raw=on";

    static final List<DumpedMachine> ALL =
            List.of(
                    new DumpedMachine(
                            "i440fx", "capguest.bin", "READY", true, NONE, "-M pc -m 3080K"),
                    new DumpedMachine(
                            "q35 with 3 CPUs",
                            "capguest.bin",
                            "READY",
                            true,
                            NONE,
                            "-M q35 -m 3080K -smp 3"),
                    new DumpedMachine(
                            "microvm", "capguest.bin", "READY", true, NONE, "-M microvm -m 4M"),
                    new DumpedMachine(
                            "isapc",
                            "capguest.bin",
                            "READY",
                            true,
                            NONE,
                            "-M isapc -cpu 486 -m 4M"),
                    new DumpedMachine(
                            "long mode",
                            "longmode.bin",
                            "READY",
                            true,
                            NONE,
                            "-M q35 -m 4M -smp 2 -device vmcoreinfo"),
                    new DumpedMachine("fresh firmware", NONE, NONE, true, NONE, "-M q35 -m 16M"),
                    new DumpedMachine(
                            "booted firmware with a display",
                            NONE,
                            "No bootable device",
                            true,
                            NONE,
                            "-M q35 -m 32M -vga std"),
                    new DumpedMachine(
                            "booted firmware with an older display",
                            NONE,
                            "No bootable device",
                            true,
                            NONE,
                            "-M pc -m 32M -vga cirrus"),
                    new DumpedMachine(
                            "firmware in flash",
                            NONE,
                            NONE,
                            true,
                            NONE,
                            "-M q35 -m 16M -drive if=pflash,file=flash.bin,format=raw"),
                    new DumpedMachine(
                            "two NUMA nodes in unexpected order",
                            "capguest.bin",
                            "READY",
                            true,
                            NONE,
                            "-M pc -m 4M" + TWO_NODES.formatted("1M", "3M")),
                    new DumpedMachine(
                            "two equal NUMA nodes with their places told",
                            "capguest.bin",
                            "READY",
                            true,
                            "x-ignore-shared",
                            "-M q35 -m 4M" + TWO_NODES.formatted("2M", "2M")),
                    new DumpedMachine(
                            "DIMMs",
                            "capguest.bin",
                            "READY",
                            true,
                            NONE,
                            "-M pc -m 4M,slots=4,maxmem=64M" + TWO_DIMMS),
                    new DumpedMachine(
                            "DIMMs with their places told",
                            NONE,
                            NONE,
                            true,
                            "x-ignore-shared",
                            "-M q35 -m 16M,slots=4,maxmem=64M" + TWO_DIMMS),
                    new DumpedMachine(
                            "i440fx beyond 4 GiB", NONE, NONE, false, NONE, "-M pc -m 4608M"),
                    new DumpedMachine(
                            "q35 with nodes beyond 4 GiB and a DIMM",
                            NONE,
                            NONE,
                            false,
                            NONE,
                            "-M q35 -m 4G,slots=2,maxmem=8G"
                                    + TWO_NODES.formatted("1G", "3G")
                                    + " -object memory-backend-ram,id=d0,size=128M"
                                    + " -device pc-dimm,id=dimm0,memdev=d0"));

    List<String> list() {
        return List.of(arguments.split(" ", -1));
    }
}
