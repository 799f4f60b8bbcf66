; dirtier.asm - a boot sector that is the whole guest: fills memory, then dirties it for ever.
; Build:  nasm -f bin -o dirtier.bin dirtier.asm      (exactly 512 bytes)
; Use:    qemu-system-x86_64 -drive file=dirtier.bin,format=raw -display none -serial file:out
;
; It needs no disk but itself, and neither firmware nor interrupts once it runs. It
;   1. fills: every dword at address a from fill_start up to fill_end is (a * 0x9e3779b1) ^ seed
;   2. prints "READY\n" on COM1
;   3. for ever: pass n (from 0) adds 1 to the dword at page + ((page / 512 + 4 * n) & 0xffc) of every
;      page of the dirty region, then stores n + 1 at 0x600; after every `period` passes it prints the
;      next letter of A..Z and stores how many it has printed at 0x604.
; After `letters` letters, if that is not 0, it writes 0x10 to port 0x501 (isa-debug-exit) and halts.
;
; The parameters at offset 0x10 are patched by whoever runs it:
;   +00 'DIRT'  +04 seed  +08 fill_start  +0c fill_end  +10 dirty_start  +14 dirty_len
;   +18 period (passes per letter)  +1c delay (spin count after each pass)  +20 letters

        bits 16
        org 0x7c00
        jmp 0:start16

        times 0x10 - ($ - $$) db 0
params: db 'DIRT'
seed        dd 0x12345678
fill_start  dd 0x00100000
fill_end    dd 0x00200000
dirty_start dd 0x00100000
dirty_len   dd 0x00040000
period      dd 64
delay       dd 0
letters     dd 0

PASSES  equ 0x600
PRINTED equ 0x604
COM1    equ 0x3f8

gdt:    dq 0
        dq 0x00cf9a000000ffff
        dq 0x00cf92000000ffff
gdt_ptr:
        dw 23
        dd gdt

start16:
        cli
        xor ax, ax
        mov ds, ax
        in al, 0x92                     ; A20, where firmware left it closed
        or al, 2
        and al, 0xfe
        out 0x92, al
        lgdt [gdt_ptr]
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
        mov esi, uart                   ; 115200 8n1, no interrupts
        mov ecx, 5
.uart:  movzx edx, byte [esi]
        mov dh, COM1 >> 8
        mov al, [esi + 1]
        out dx, al
        add esi, 2
        loop .uart

        mov edi, [fill_start]
.fill:  cmp edi, [fill_end]
        jae .filled
        imul eax, edi, 0x9e3779b1
        xor eax, [seed]
        stosd
        jmp .fill
.filled:
        mov esi, ready
.ready: lodsb
        call putc
        cmp al, 10
        jne .ready

        xor ebx, ebx                    ; passes
        mov [PASSES], ebx
        mov [PRINTED], ebx
        mov ebp, [period]               ; passes until the next letter
.pass:  mov edi, [dirty_start]
        mov edx, [dirty_len]
        add edx, edi
        lea esi, [ebx * 4]
.page:  mov eax, edi
        shr eax, 9
        add eax, esi
        and eax, 0xffc
        inc dword [edi + eax]
        add edi, 4096
        cmp edi, edx
        jb .page
        inc ebx
        mov [PASSES], ebx
        mov ecx, [delay]
        jecxz .nodelay
.delay: dec ecx
        jnz .delay
.nodelay:
        dec ebp
        jnz .pass
        mov ebp, [period]
        mov eax, [PRINTED]
        inc dword [PRINTED]
        xor edx, edx
        mov ecx, 26
        div ecx
        lea eax, [edx + 'A']
        call putc
        mov eax, [PRINTED]
        cmp eax, [letters]
        jne .pass
        mov al, 0x10
        mov dx, 0x501
        out dx, al
.halt:  cli
        hlt
        jmp .halt

putc:   push eax
        mov dx, COM1 + 5
.wait:  in al, dx
        test al, 0x20
        jz .wait
        pop eax
        mov dx, COM1
        out dx, al
        ret

uart:   db 0xfb, 0x83, 0xf8, 1, 0xf9, 0, 0xfb, 3, 0xfc, 3
ready:  db 'READY', 10

        times 510 - ($ - $$) db 0
        dw 0xaa55
