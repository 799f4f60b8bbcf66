#!/usr/bin/env python3
"""Captures many small migration streams from a QEMU binary, to harvest device layouts from.

  capture.py [--machines-only] OUT_DIR TARGET QEMU_COMMAND...

QEMU_COMMAND is the emulator with whatever it always needs (for example `-L DIR`). Every machine
type is started stopped, bare and with its default devices, and every device that can be added is
added on its own to the usual machines; each start ends in `migrate exec:cat>FILE`. What cannot be
started or migrated is left out. The device states' layouts are in the JSON at each stream's end,
which LayoutHarvester reads.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

SECONDS = 30

# Hosts for devices that need a bus, and back ends for those that need one.
X86_BUSES = ["-device", "qemu-xhci,id=xhci", "-device", "virtio-scsi-pci,id=scsi",
             "-device", "virtio-serial-pci,id=vser", "-device", "intel-hda,id=hda",
             "-device", "usb-ccid,id=ccid"]
BACKENDS = {
    "": [],
    "drive=d0": ["-drive", "if=none,id=d0,driver=null-co,size=1048576,read-zeroes=on"],
    "chardev=c0": ["-chardev", "null,id=c0"],
    "netdev=n0": ["-netdev", "hubport,hubid=0,id=n0"],
    "audiodev=a0": ["-audiodev", "none,id=a0"],
    "memdev=m0": ["-object", "memory-backend-ram,size=16M,id=m0"],
    "memdev=m0,block-size=2M": ["-object", "memory-backend-ram,size=16M,id=m0"],
    "rng=r0": ["-object", "rng-builtin,id=r0"],
    "cryptodev=k0": ["-object", "cryptodev-backend-builtin,id=k0"],
    "bmc=b0": ["-device", "ipmi-bmc-sim,id=b0"],
    "chassis=1": [],
    "chassis_nr=1": [],
    "bus=up0": ["-device", "x3130-upstream,id=up0"],
    "bus_nr=32": [],
    "iobase=0x3e0,irq=4": [],
    "size=1M": [],
    "shmemdev": [],
}

# What only appears with particular options: name, machine, arguments.
X86_SPECIALS = [
    ("cpu-max", "MACHINE", ["-cpu", "max"]),
    ("cpu-max-features", "MACHINE", ["-cpu", "max,+invtsc,+svm,+pku,+umip,+xsaves,tsc-frequency=1000000000"]),
    ("cpu-epyc", "MACHINE", ["-cpu", "EPYC-v4,+svm"]),
    ("cpu-486", "MACHINE", ["-cpu", "486"]),
    ("cpu-hyperv", "MACHINE", ["-cpu", "qemu64,hv-relaxed,hv-vapic,hv-time,hv-vpindex,hv-synic,hv-stimer"]),
    ("smp4", "MACHINE", ["-smp", "4"]),
    ("smp2-hotplug", "MACHINE", ["-smp", "1,maxcpus=4"]),
    ("hotplug-memory", "MACHINE", ["-m", "16M,slots=4,maxmem=1G"]),
    ("dimm", "MACHINE", ["-m", "16M,slots=4,maxmem=4G", "-object", "memory-backend-ram,size=128M,id=m1",
                         "-device", "pc-dimm,memdev=m1"]),
    ("numa", "MACHINE", ["-m", "32M", "-smp", "2", "-numa", "node,cpus=0,mem=16M", "-numa", "node,cpus=1,mem=16M"]),
    ("icount", "MACHINE", ["-icount", "shift=5"]),
    ("usernet", "MACHINE", ["-netdev", "user,id=u0", "-device", "virtio-net-pci,netdev=u0"]),
    ("mq-net", "MACHINE", ["-device", "virtio-net-pci,mq=on,vectors=10"]),
    ("packed", "MACHINE", ["-device", "virtio-net-pci,packed=on", "-device", "virtio-serial-pci,packed=on"]),
    ("legacy-virtio", "MACHINE", ["-device", "virtio-net-pci,disable-modern=on", "-device", "virtio-balloon-pci,disable-legacy=on"]),
    ("two-nics", "MACHINE", ["-device", "e1000", "-device", "rtl8139", "-device", "ne2k_pci", "-device", "pcnet",
                             "-device", "vmxnet3", "-device", "i82559er"]),
    ("vmcoreinfo", "MACHINE", ["-device", "vmcoreinfo", "-device", "vmgenid", "-device", "pvpanic"]),
    ("vga-cirrus", "MACHINE", ["-vga", "cirrus"]),
    ("vga-std", "MACHINE", ["-vga", "std"]),
    ("vga-vmware", "MACHINE", ["-vga", "vmware"]),
    ("vga-qxl", "MACHINE", ["-vga", "qxl"]),
    ("vga-virtio", "MACHINE", ["-vga", "virtio"]),
    ("ide-cd", "MACHINE", ["-device", "ide-cd", "-drive", "if=none,id=d1,driver=null-co,size=1048576",
                           "-device", "ide-hd,drive=d1"]),
    ("floppy", "MACHINE", ["-device", "isa-fdc,id=fdc1"]),
    ("usb-hub", "MACHINE", ["-device", "ich9-usb-ehci1,id=e", "-device", "ich9-usb-uhci1,masterbus=e.0,firstport=0",
                            "-device", "piix3-usb-uhci,id=u1", "-device", "usb-hub,bus=u1.0", "-device", "usb-tablet,bus=u1.0",
                            "-device", "pci-ohci,id=o", "-device", "usb-kbd,bus=o.0"]),
    ("bridge", "MACHINE", ["-device", "pci-bridge,id=pb,chassis_nr=1", "-device", "virtio-rng-pci,bus=pb,addr=1"]),
    ("pcie", "pcie", ["-device", "pcie-root-port,id=rp,chassis=1", "-device", "pcie-pci-bridge,bus=rp"]),
    ("pcie-nic", "pcie", ["-device", "pcie-root-port,id=rp,chassis=1", "-device", "e1000e,bus=rp",
                          "-device", "pcie-root-port,id=rp2,chassis=2", "-device", "virtio-net-pci,bus=rp2"]),
    ("pcie-igb", "pcie", ["-device", "pcie-root-port,id=rp,chassis=1", "-device", "igb,bus=rp"]),
    ("switch", "pcie", ["-device", "pcie-root-port,id=rp,chassis=1", "-device", "x3130-upstream,id=up,bus=rp",
                        "-device", "xio3130-downstream,bus=up,chassis=2"]),
    ("pxb", "MACHINE", ["-device", "pxb,bus_nr=64"]),
    ("pxb-pcie", "pcie", ["-device", "pxb-pcie,bus_nr=64"]),
    ("iommu", "pcie", ["-machine", "kernel-irqchip=split", "-device", "intel-iommu,intremap=off"]),
    ("iommu-amd", "pcie", ["-device", "amd-iommu"]),
    ("iommu-virtio", "pcie", ["-device", "virtio-iommu-pci"]),
    ("smm-off", "MACHINE", ["-machine", "smm=off"]),
    ("tco", "pcie", ["-device", "i6300esb"]),
    ("no-hpet", "MACHINE", ["-machine", "hpet=off"]),
    ("acpi-off", "MACHINE", ["-machine", "acpi=off"]),
    ("vmport-off", "MACHINE", ["-machine", "vmport=off"]),
    ("nvdimm", "MACHINE", ["-machine", "nvdimm=on", "-m", "16M,slots=4,maxmem=4G",
                           "-object", "memory-backend-ram,size=128M,id=m1", "-device", "nvdimm,memdev=m1"]),
    ("serial2", "MACHINE", ["-serial", "null", "-serial", "null", "-device", "pci-serial"]),
    ("parallel", "MACHINE", ["-parallel", "null"]),
    ("audio", "MACHINE", ["-audiodev", "none,id=a", "-device", "AC97,audiodev=a", "-device", "ES1370,audiodev=a",
                          "-device", "sb16,audiodev=a", "-device", "intel-hda", "-device", "hda-duplex,audiodev=a"]),
    ("hda-micro", "MACHINE", ["-audiodev", "none,id=a", "-device", "ich9-intel-hda", "-device", "hda-micro,audiodev=a"]),
    ("scsi-lsi", "MACHINE", ["-device", "lsi53c895a", "-drive", "if=none,id=d1,driver=null-co,size=1048576",
                             "-device", "scsi-hd,drive=d1"]),
    ("scsi-am53", "MACHINE", ["-device", "am53c974", "-drive", "if=none,id=d1,driver=null-co,size=1048576",
                              "-device", "scsi-cd,drive=d1"]),
    ("scsi-mptsas", "MACHINE", ["-device", "mptsas1068", "-drive", "if=none,id=d1,driver=null-co,size=1048576",
                                "-device", "scsi-hd,drive=d1"]),
    ("virtio-blk-mq", "MACHINE", ["-drive", "if=none,id=d1,driver=null-co,size=1048576",
                                  "-device", "virtio-blk-pci,drive=d1,num-queues=4"]),
    ("usb-storage", "MACHINE", ["-device", "qemu-xhci", "-drive", "if=none,id=d1,driver=null-co,size=1048576",
                                "-device", "usb-storage,drive=d1"]),
    ("virtio-console", "MACHINE", ["-device", "virtio-serial-pci", "-chardev", "null,id=c1",
                                   "-device", "virtconsole,chardev=c1", "-device", "virtserialport,name=x"]),
]

PPC64_SPECIALS = [
    ("caps-broken", "pseries", ["-machine", "cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off"]),
    ("caps-fixed", "pseries", ["-machine", "cap-cfpc=workaround,cap-sbbc=workaround,cap-ibs=workaround"]),
    ("caps-off", "pseries", ["-machine", "cap-vsx=off,cap-dfp=off,cap-htm=off,cap-large-decr=off"]),
    ("caps-more", "pseries", ["-machine", "cap-nested-hv=on,cap-fwnmi=off,cap-rpt-invalidate=on,cap-ail-mode-3=off"]),
    ("power9", "pseries", ["-cpu", "power9", "-smp", "2"]),
    ("power8", "pseries", ["-cpu", "power8"]),
]


def run(out, key, command, arguments, boot=0):
    """One start, one stream; whether there is one with a description at its end."""
    path = os.path.join(out, re.sub(r"[^A-Za-z0-9_.,=+-]", "_", key)[:150] + ".mig")
    if os.path.exists(path):
        return True
    with tempfile.TemporaryDirectory() as scratch:
        stream = os.path.join(scratch, "s")
        process = subprocess.Popen(
            command + arguments + ["-S", "-display", "none", "-monitor", "stdio"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=scratch)
        try:
            if boot:
                process.stdin.write(b"cont\n")
                process.stdin.flush()
                try:
                    process.wait(boot)
                except subprocess.TimeoutExpired:
                    pass
                process.stdin.write(b"stop\n")
            process.stdin.write(f'migrate "exec:cat > {stream}"\nquit\n'.encode())
            process.stdin.close()
            process.wait(SECONDS)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            process.kill()
            process.wait()
            return False
        try:
            with open(stream, "rb") as file:
                data = file.read()
        except OSError:
            return False
        if data[-2:] != b"]}" and data[-1:] != b"}":
            return False
        with open(path, "wb") as file:
            file.write(data)
        return True


def listing(command, *question):
    return subprocess.run(command + list(question), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL, timeout=SECONDS).stdout.decode()


def main():
    arguments = sys.argv[1:]
    machines_only = arguments[0] == "--machines-only"
    out, target, *command = arguments[1:] if machines_only else arguments
    os.makedirs(out, exist_ok=True)
    machines = [line.split()[0] for line in listing(command, "-M", "help").splitlines()[1:] if line.strip()]
    devices = [d for d in re.findall(r'^name "([^"]+)"', listing(command, "-device", "help"), re.M)
               if not re.search(r"(-cpu|-core)$|^vfio|^vhost|^ivshmem", d)]
    x86 = target in ("x86_64", "i386")
    memory = ["-m", "16M"] if x86 else []
    jobs = []
    for machine in machines:
        base = ["-M", machine] + memory
        jobs.append((f"{machine}", base + ["-nodefaults"], 0))
        jobs.append((f"{machine},defaults", base, 0))
        if x86 and machine not in ("none", "x-remote"):
            jobs.append((f"{machine},full", base + ["-nodefaults", "-smp", "2", "-vga", "std", "-usb", "-serial", "null",
                         "-device", "virtio-net-pci,romfile=", "-device", "virtio-scsi-pci",
                         "-device", "virtio-serial-pci", "-device", "virtio-balloon-pci",
                         "-device", "virtio-rng-pci", "-device", "e1000,romfile=", "-device", "qemu-xhci",
                         "-device", "usb-tablet", "-device", "ich9-ahci", "-device", "lsi53c895a"], 0))
    if x86:
        homes = [m for m in ("q35", "pc") if m in machines]
        for home in homes:
            jobs.append((f"{home},booted", ["-M", home, "-m", "64M", "-vga", "std"], 8))
            jobs.append((f"{home},booted-usb", ["-M", home, "-m", "64M", "-nodefaults", "-usb", "-device", "qemu-xhci",
                         "-device", "usb-tablet", "-device", "usb-kbd", "-device", "e1000", "-vga", "cirrus"], 8))
            for name, machine, arguments in X86_SPECIALS:
                if machine == "pcie" and home != "q35":
                    continue
                jobs.append((f"{home},{name}", ["-M", home] + ([] if "-m" in arguments else memory)
                             + ["-nodefaults"] + arguments, 0))
            if os.access("/dev/kvm", os.W_OK):
                for cpu in ("qemu64", "max", "host"):
                    jobs.append((f"{home},kvm,{cpu}", ["-M", home, "-accel", "kvm", "-cpu", cpu, "-nodefaults"] + memory, 0))
        jobs.append(("microvm,virtio", ["-M", "microvm", "-nodefaults"] + memory
                     + [x for d in ("net", "scsi", "serial", "balloon", "rng", "keyboard", "gpu", "crypto,cryptodev=k0")
                        for x in ("-device", "virtio-" + d.replace("crypto", "crypto-device").replace("net", "net-device")
                                  .replace("scsi", "scsi-device").replace("serial", "serial-device")
                                  .replace("balloon", "balloon-device").replace("rng", "rng-device")
                                  .replace("keyboard", "keyboard-device").replace("gpu", "gpu-device"))]
                     + ["-object", "cryptodev-backend-builtin,id=k0"], 0))
        if os.access("/dev/kvm", os.W_OK):
            jobs.append(("microvm,kvm", ["-M", "microvm", "-accel", "kvm", "-nodefaults"] + memory, 0))
    else:
        # the other targets share these machines' devices
        homes = [m for m in {"aarch64": ["virt"], "ppc64": ["pseries"], "riscv64": ["virt"],
                             "s390x": ["s390-ccw-virtio"]}.get(target, []) if m in machines]

    for name, machine, arguments in PPC64_SPECIALS if target == "ppc64" else []:
        jobs.append((f"{machine},{name}", ["-M", machine, "-nodefaults"] + arguments, 0))
    if machines_only:
        devices = []

    def device_job(home, device):
        for option, backend in BACKENDS.items():
            if x86:
                contexts = [[], X86_BUSES]
                if "mem" in device or "dimm" in device:
                    contexts = [["-m", "16M,slots=4,maxmem=4G"]]
            else:
                contexts = [[]]
            for i, context in enumerate(contexts):
                if device in (c.split(",")[0] for c in context) and i:
                    continue
                specification = device + ("," + option if option else "")
                base = ["-M", home] + ([] if "-m" in context else memory) + ["-nodefaults"]
                if run(out, f"{home},device,{device}", command, base + context + backend
                       + ["-device", specification]):
                    return True
        return False

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = [pool.submit(run, out, key, command, arguments, boot) for key, arguments, boot in jobs]
        results += [pool.submit(device_job, home, device) for home in homes for device in devices]
        done = sum(1 for r in results if r.result())
    print(f"{target}: {done} of {len(results)} starts gave a stream")


if __name__ == "__main__":
    main()
