/*
 * The peer of KvmExitRates: as many port exits as asked for, in the plainest loop there is.
 * kvmexits MODE COUNT, where MODE is "real" or "protected"; prints exits per second.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static int check(const char *what, int result)
{
    if (result < 0) {
        perror(what);
        exit(1);
    }
    return result;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    long count = atol(argv[2]);
    size_t size = 2 << 20;
    int kvm = check("open", open("/dev/kvm", O_RDWR));
    int vm = check("KVM_CREATE_VM", ioctl(kvm, KVM_CREATE_VM, 0));
    uint8_t *ram = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = {
        .memory_size = size, .userspace_addr = (uint64_t)ram};
    check("memory", ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region));
    int vcpu = check("KVM_CREATE_VCPU", ioctl(vm, KVM_CREATE_VCPU, 0));
    int length = check("mmap size", ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0));
    struct kvm_run *run = mmap(0, length, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    struct kvm_sregs sregs;
    check("KVM_GET_SREGS", ioctl(vcpu, KVM_GET_SREGS, &sregs));
    sregs.cs.base = 0;
    sregs.cs.selector = 0;
    if (!strcmp(argv[1], "protected")) {
        struct kvm_segment flat = {.limit = 0xffffffff, .selector = 8, .type = 11, .present = 1,
                                   .s = 1, .db = 1, .g = 1};
        sregs.cs = flat;
        flat.type = 3;
        flat.selector = 16;
        sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = flat;
        sregs.cr0 |= 1;
    }
    check("KVM_SET_SREGS", ioctl(vcpu, KVM_SET_SREGS, &sregs));
    struct kvm_regs regs = {.rip = 0x1000, .rflags = 2, .rdx = 0x80};
    check("KVM_SET_REGS", ioctl(vcpu, KVM_SET_REGS, &regs));
    memcpy(ram + 0x1000, "\xee\xeb\xfd", 3); /* again: out dx, al; jmp again */
    double start = 0;
    for (long i = -count / 10; i < count; i++) {
        if (i == 0) {
            start = now();
        }
        if (ioctl(vcpu, KVM_RUN, 0) || run->exit_reason != KVM_EXIT_IO) {
            fprintf(stderr, "exit %d\n", run->exit_reason);
            return 1;
        }
    }
    printf("%.0f\n", count / (now() - start));
    return 0;
}
