; smp4.asm - a 64 KiB firmware image for several processors.
; Build:  nasm -f bin -o smp4.bin smp4.asm      (exactly 65536 bytes)
; Use:    qemu-system-x86_64 -smp 4 -bios smp4.bin -nodefaults -display none -serial file:out
;
; The first processor sends INIT and start-up interrupts to those with APIC ids 1 to cpus - 1. Then
; all of them, at the same time, `rounds` times each,
;   1. add 1 to a shared dword by LOCK INC, and 3 by LOCK XADD,
;   2. take a spin lock made of LOCK CMPXCHG and XCHG, and add 1 to a dword without LOCK under it,
;   3. flip bits of a shared dword by LOCK BTC, XOR and SUB, an even number of times in all.
; The first one prints "CPUS n\n" (in hex, like all numbers) when all have started; when all are
; ready "SUM a b c\n": the dword of 1 (4 * rounds * cpus), that of 2 (rounds * cpus), that of 3 (0).
; Then for ever each adds 1 to the counter in its own page, 0x10000 + id * 4096, and the first prints
; the next letter of A..Z whenever every one of the others has come `period` further.
; After `letters` letters, if that is not 0, it writes 0x10 to port 0x501 and halts.
;
; Parameters at file offset 0x100:
;   +00 'SMP4'  +04 cpus  +08 rounds  +0c period  +10 letters
; State at 0x600: +00 started  +04 finished  +08 sum of 1  +0c lock  +10 sum of 2  +14 of 3
;   +18 letters printed

        bits 16
        org 0xf0000
; Where start-up vector 0xf0 lands the others.
ap16:   cli
        o32 lgdt [cs:gdt_ptr - $$]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword 8:ap32

        times 0x100 - ($ - $$) db 0
params: db 'SMP4'
cpus    dd 4
rounds  dd 20000
period  dd 100000
letters dd 0

STARTED  equ 0x600
FINISHED equ 0x604
SUM      equ 0x608
LOCKED   equ 0x60c
GUARDED  equ 0x610
FLIPPED  equ 0x614
PRINTED  equ 0x618
COUNTERS equ 0x10000
COM1     equ 0x3f8
APIC     equ 0xfee00000

align 16
gdt:    dq 0
        dq 0x00cf9a000000ffff
        dq 0x00cf92000000ffff
gdt_ptr:
        dw 23
        dd gdt

start16:
        cli
        o32 lgdt [cs:gdt_ptr - $$]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword 8:start32

        bits 32
start32:
        mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov esp, 0x7000
        cld
        mov esi, uart
        mov ecx, 5
.uart:  movzx edx, byte [esi]
        mov dh, COM1 >> 8
        mov al, [esi + 1]
        out dx, al
        add esi, 2
        loop .uart
        xor eax, eax
        mov edi, STARTED
        mov ecx, 7
        rep stosd
        mov dword [APIC + 0xf0], 0x1ff
        mov ebx, 1
.start: cmp ebx, [cpus]
        jae .started
        mov eax, ebx
        shl eax, 24
        mov [APIC + 0x310], eax
        mov dword [APIC + 0x300], 0x4500        ; INIT
        mov ecx, 100000
.pause: pause
        dec ecx
        jnz .pause
        mov [APIC + 0x310], eax
        mov dword [APIC + 0x300], 0x46f0        ; start at 0xf000:0
.wait:  pause
        cmp [STARTED], ebx
        jb .wait
        inc ebx
        jmp .start
.started:
        mov esi, s_cpus
        call puts
        mov eax, [STARTED]
        inc eax
        call hex8
        mov al, 10
        call putc
        lock inc dword [STARTED]
        call work
.ready: pause
        mov eax, [FINISHED]
        cmp eax, [cpus]
        jb .ready
        mov esi, s_sum
        call puts
        mov eax, [SUM]
        call hex8
        mov al, ' '
        call putc
        mov eax, [GUARDED]
        call hex8
        mov al, ' '
        call putc
        mov eax, [FLIPPED]
        call hex8
        mov al, 10
        call putc

        mov ebp, [period]               ; where all others have to come
.loop:  inc dword [COUNTERS]
        mov ebx, 1
.other: cmp ebx, [cpus]
        jae .letter
        mov eax, ebx
        shl eax, 12
        mov eax, [COUNTERS + eax]
        sub eax, ebp
        js .loop
        inc ebx
        jmp .other
.letter:
        add ebp, [period]
        mov eax, [PRINTED]
        inc dword [PRINTED]
        xor edx, edx
        mov ecx, 26
        div ecx
        lea eax, [edx + 'A']
        call putc
        mov eax, [PRINTED]
        cmp eax, [letters]
        jne .loop
        mov al, 0x10
        mov dx, 0x501
        out dx, al
.halt:  cli
        hlt
        jmp .halt

ap32:   mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov ebx, [APIC + 0x20]
        shr ebx, 24
        shl ebx, 12
        lea esp, [ebx + COUNTERS + 4096]
        mov dword [ebx + COUNTERS], 0
        lock inc dword [STARTED]
.all:   pause                           ; the first one counts itself when all have come
        mov eax, [STARTED]
        cmp eax, [cpus]
        jb .all
        push ebx
        call work
        pop ebx
.loop:  inc dword [ebx + COUNTERS]
        jmp .loop

work:   mov ecx, [rounds]
.round: lock inc dword [SUM]
        mov eax, 3
        lock xadd [SUM], eax
        mov edx, 1
.lock:  xor eax, eax
        lock cmpxchg [LOCKED], edx
        je .locked
.spin:  pause
        cmp dword [LOCKED], 0
        jne .spin
        jmp .lock
.locked:
        inc dword [GUARDED]
        xor eax, eax
        xchg [LOCKED], eax
        lock btc dword [FLIPPED], 5
        lock xor dword [FLIPPED], 0x20
        lock add dword [FLIPPED], 7
        lock sub dword [FLIPPED], 7
        dec ecx
        jnz .round
        lock inc dword [FINISHED]
        ret

puts:   lodsb
        test al, al
        jz .end
        call putc
        jmp puts
.end:   ret

hex8:   mov ecx, 8
.digit: rol eax, 4
        push eax
        and al, 15
        cmp al, 10
        sbb al, 0x69
        das
        call putc
        pop eax
        loop .digit
        ret

putc:   push eax
        push edx
        mov ah, al
        mov dx, COM1 + 5
.wait:  in al, dx
        test al, 0x20
        jz .wait
        mov dx, COM1
        mov al, ah
        out dx, al
        pop edx
        pop eax
        ret

uart:   db 0xfb, 0x83, 0xf8, 1, 0xf9, 0, 0xfb, 3, 0xfc, 3
s_cpus: db 'CPUS ', 0
s_sum:  db 'SUM ', 0

        times 0xfff0 - ($ - $$) db 0
        bits 16
        jmp 0xf000:(start16 - $$)
        times 0x10000 - ($ - $$) db 0
