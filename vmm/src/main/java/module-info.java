/** A small virtual machine monitor whose guests migrate. */
module dev.ferry.vmm {
    requires static transitive org.jspecify;
    requires transitive dev.ferry.stream;
    requires transitive dev.ferry.sev;

    exports dev.ferry.vmm.boot;
    exports dev.ferry.vmm.chardev;
    exports dev.ferry.vmm.cpu;
    exports dev.ferry.vmm.cpu.kvm;
    exports dev.ferry.vmm.cpu.x86;
    exports dev.ferry.vmm.device;
    exports dev.ferry.vmm.efi;
    exports dev.ferry.vmm.hypercall;
    exports dev.ferry.vmm.machine;
    exports dev.ferry.vmm.memory;
    exports dev.ferry.vmm.sev;
}
