package dev.ferry.vmm.cpu.x86;

/** What a translation is for. */
enum Access {
    READ,
    WRITE,
    FETCH
}
