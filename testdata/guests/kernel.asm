; kernel.asm - a 64 KiB firmware image around the compiled kernel.c, which it enters in flat 32-bit
; mode (KBITS=32) or 64-bit mode with 2 MiB pages (KBITS=64). See "compile".

PML4    equ 0x10000
        bits 16
        org 0
start:
        cli
        o32 lgdt [cs:gdt_ptr]
        mov eax, cr0
        or al, 0x21
        and eax, ~0x60000000
        mov cr0, eax
        jmp dword 8:(0xF0000 + start32)
align 16
gdt:    dq 0
        dq 0x00CF9B000000FFFF
        dq 0x00CF93000000FFFF
        dq 0x00AF9B000000FFFF
gdt_ptr:
        dw 31
        dd 0xF0000 + gdt

        bits 32
start32:
        mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov esp, 0x7fff8              ; as after a CALL: what compilers expect
        mov eax, cr4
        or eax, 0x600
        mov cr4, eax
        fninit
        cld
%if KBITS == 32
        mov eax, 0xF1000
        jmp eax
%else
        xor eax, eax
        mov edi, PML4
        mov ecx, 0x3000 / 4
        rep stosd
        mov dword [PML4], PML4 + 0x1003
        mov dword [PML4 + 0x1000], PML4 + 0x2003
        mov eax, 0x83
        mov edi, PML4 + 0x2000
        mov ecx, 64
.page:  mov [edi], eax
        add eax, 0x200000
        add edi, 8
        loop .page
        mov eax, PML4
        mov cr3, eax
        mov eax, cr4
        or al, 0x20
        mov cr4, eax
        mov ecx, 0xc0000080
        rdmsr
        or eax, 0x100
        wrmsr
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        jmp 0x18:(0xF0000 + start64)
        bits 64
start64:
        mov eax, 0xF1000
        jmp rax
%endif
        times 0x1000 - ($ - $$) db 0
        incbin CODE
        times 0xfff0 - ($ - $$) db 0
        bits 16
        jmp 0xf000:start
        times 0x10000 - ($ - $$) db 0
