/*
 * kernel.c - what compilers make of ordinary loops: a sieve, memory copies, CRC-32, and a little
 * double arithmetic. Part of kernel32.bin and kernel64.bin, see kernel.asm; built by "compile".
 *
 * Each phase ends in a letter on COM1, so that whoever runs it can tell how long it took; the
 * results follow in hexadecimal, so that it can tell whether they are right.
 */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long word;

#define MEMORY 0x200000
#define SIEVE 1000000
#define COPY 0x40000

static inline void out(unsigned short port, u8 value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void hex(u32 value) {
    for (int i = 28; i >= 0; i -= 4) {
        out(0x3f8, "0123456789abcdef"[value >> i & 15]);
    }
}

static u32 __attribute__((noinline)) sieve(u8 *composite) {
    u32 primes = 0;
    for (u32 i = 0; i < SIEVE; i++) {
        composite[i] = 0;
    }
    for (u32 i = 2; i < SIEVE; i++) {
        if (!composite[i]) {
            primes++;
            for (u32 k = i + i; k < SIEVE; k += i) {
                composite[k] = 1;
            }
        }
    }
    return primes;
}

static u32 __attribute__((noinline)) copy(word *to, const word *from, u32 words) {
    u32 sum = 0;
    for (u32 i = 0; i < words; i++) {
        to[i] = from[i];
    }
    for (u32 i = 0; i < words; i += 64) {
        sum = sum * 31 + (u32)to[i];
    }
    return sum;
}

static u32 __attribute__((noinline)) crc32(u32 *table, const u8 *data, u32 length) {
    for (u32 i = 0; i < 256; i++) {
        u32 c = i;
        for (int k = 0; k < 8; k++) {
            c = c & 1 ? 0xedb88320 ^ c >> 1 : c >> 1;
        }
        table[i] = c;
    }
    u32 crc = 0xffffffff;
    for (u32 i = 0; i < length; i++) {
        crc = table[(crc ^ data[i]) & 0xff] ^ crc >> 8;
    }
    return ~crc;
}

static u32 __attribute__((noinline)) doubles(u32 times) {
    double x = 0.5, sum = 0;
    for (u32 i = 0; i < times; i++) {
        x = 3.75 * x * (1 - x);
        sum += x / (1 + x);
    }
    return (u32)(int)sum;
}

void __attribute__((section(".text.kernel"))) kernel(void) {
    u8 *memory = (u8 *)MEMORY;
    u32 results[4];
    out(0x3f8, 'S');
    for (int i = 0; i < 100; i++) {
        results[0] = sieve(memory);
    }
    out(0x3f8, 'a');
    for (int i = 0; i < 4000; i++) {
        results[1] = copy((word *)(memory + 2 * SIEVE), (word *)memory, COPY / sizeof(word));
    }
    out(0x3f8, 'b');
    for (int i = 0; i < 100; i++) {
        results[2] = crc32((u32 *)(memory + 6 * SIEVE), memory, SIEVE);
    }
    out(0x3f8, 'c');
    results[3] = doubles(20000000);
    out(0x3f8, 'd');
    for (int i = 0; i < 4; i++) {
        hex(results[i]);
    }
    out(0x3f8, '\n');
    for (;;) {
        __asm__ volatile("cli; hlt");
    }
}
