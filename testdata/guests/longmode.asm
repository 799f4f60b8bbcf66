; longmode.asm - a 64 KiB firmware image that is the whole guest, in long mode.
; Build:  nasm -f bin -o longmode.bin longmode.asm      (exactly 65536 bytes)
; Use:    qemu-system-x86_64 -bios longmode.bin -nodefaults -display none -serial file:out
;
; It gives every register that a memory dump has a value of its own, tells QEMU's device vmcoreinfo
; (if there is one) where its VMCOREINFO note is, prints "READY\n" on COM1 and halts. Memory:
;   0x1000 page tables (the first 2 MiB, one to one)     0x8000 stack
;   0x10000 scratch                                      0x20000 the note
; Other CPUs are not started.

        bits 16
        org 0
FW_SELECT equ 0x510
FW_DATA   equ 0x511
FW_DMA    equ 0x514
COM1      equ 0x3f8
BASE      equ 0xf0000
NOTE      equ 0x20000
DMA       equ 0x10000
VMCI      equ 0x10040

start16:
        cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov di, 0x1000
        mov cx, 0x3000 / 2
        cld
        rep stosw
        mov dword [0x1000], 0x2003
        mov dword [0x2000], 0x3003
        mov dword [0x3000], 0x83
        o32 lgdt [cs:gdt_ptr]
        mov eax, cr4
        or eax, 0x620                  ; PAE, OSFXSR, OSXMMEXCPT
        mov cr4, eax
        mov eax, 0x1000
        mov cr3, eax
        mov ecx, 0xc0000080            ; EFER
        rdmsr
        or eax, 0x101                  ; LME, SCE
        wrmsr
        mov eax, cr0
        and eax, ~0x60000004           ; caches on, no emulation of the FPU
        or eax, 0x80000003             ; PG, MP, PE
        mov cr0, eax
        jmp dword 8:(BASE + start64)

align 16
gdt:    dq 0
        dq 0x00AF9B000000FFFF          ; 64-bit code
        dq 0x00CF93000000FFFF          ; data
        dq 0x0000890050000067          ; task state segment at 0x5000
        dq 0
gdt_ptr:
        dw 0x27
        dd BASE + gdt
idt_ptr:
        dw 0x7ff
        dq 0x6000

        bits 64
start64:
        mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov fs, ax
        mov gs, ax
        mov rsp, 0x8000
        mov ax, 24
        ltr ax
        lidt [abs BASE + idt_ptr]
        ; the note
        mov rsi, BASE + note
        mov rdi, NOTE
        mov rcx, note_end - note
        rep movsb
        call tell
        ; registers of their own
        mov ecx, 0xc0000100            ; FS base
        mov eax, 0x11223344
        mov edx, 0x00000055
        wrmsr
        mov ecx, 0xc0000101            ; GS base
        mov eax, 0x66778899
        mov edx, 0xffff8000
        wrmsr
        mov ecx, 0xc0000102            ; kernel GS base
        mov eax, 0xaabbccdd
        mov edx, 0xffffffee
        wrmsr
        mov ecx, 0xc0000081            ; STAR
        mov eax, 0
        mov edx, 0x00130008
        wrmsr
        mov ecx, 0xc0000082            ; LSTAR
        mov eax, 0x81000000
        mov edx, 0xffffffff
        wrmsr
        mov ecx, 0x174                 ; SYSENTER CS
        mov eax, 0x10
        xor edx, edx
        wrmsr
        mov rax, 0x123456789abcdef0
        mov cr2, rax
        mov dr0, rax
        movq xmm0, rax
        movlhps xmm0, xmm0
        mov rax, 0x0fedcba987654321
        movq xmm15, rax
        fninit
        fld1
        fldpi
        mov rsi, BASE + ready
        mov rcx, ready_end - ready
        mov dx, COM1
.print: lodsb
        out dx, al
        loop .print
        mov rax, 0x0101010101010101
        mov rbx, 0x0202020202020202
        mov rcx, 0x0303030303030303
        mov rdx, 0x0404040404040404
        mov rsi, 0x0505050505050505
        mov rdi, 0x0606060606060606
        mov rbp, 0x0707070707070707
        mov r8,  0x0808080808080808
        mov r9,  0x0909090909090909
        mov r10, 0x1010101010101010
        mov r11, 0x1111111111111111
        mov r12, 0x1212121212121212
        mov r13, 0x1313131313131313
        mov r14, 0x1414141414141414
        mov r15, 0x1515151515151515
        cmp r14, r15
.halt:  hlt
        jmp .halt

; Looks for etc/vmcoreinfo in the directory of fw_cfg, and writes where the note is into it.
tell:
        mov dx, FW_SELECT
        mov ax, 0x19
        out dx, ax
        call big32
        mov ebp, eax                   ; files
.file:  test ebp, ebp
        jz .none
        dec ebp
        call big32                     ; size
        call big32
        shr eax, 16
        mov ebx, eax                   ; selector
        mov rdi, DMA
        mov ecx, 56
        mov dx, FW_DATA
        rep insb
        mov rsi, BASE + file
        mov rdi, DMA
        mov ecx, file_end - file
        repe cmpsb
        jne .file
        mov rdi, VMCI
        mov word [rdi], 0              ; host format
        mov word [rdi + 2], 1          ; guest format: ELF
        mov dword [rdi + 4], note_end - note
        mov qword [rdi + 8], NOTE
        shl ebx, 16
        or ebx, 0x18                   ; select, write
        bswap ebx
        mov rdi, DMA
        mov [rdi], ebx
        mov eax, 16
        bswap eax
        mov [rdi + 4], eax
        mov rax, VMCI
        bswap rax
        mov [rdi + 8], rax
        mov dx, FW_DMA
        xor eax, eax
        out dx, eax
        mov dx, FW_DMA + 4
        mov eax, DMA
        bswap eax
        out dx, eax
.none:  ret

; A big-endian number from fw_cfg.
big32:
        mov ecx, 4
        mov dx, FW_DATA
.byte:  shl eax, 8
        in al, dx
        loop .byte
        ret

ready:  db 'READY', 10
ready_end:
file:   db 'etc/vmcoreinfo', 0
file_end:

align 4
note:   dd 11, text_end - text, 0
        db 'VMCOREINFO', 0, 0
text:   db 'OSRELEASE=6.1.0-ferry', 10
        db 'PAGESIZE=4096', 10
        db 'SYMBOL(init_uts_ns)=ffffffff81000000', 10
        db 'NUMBER(phys_base)=16777216', 10
        db 'KERNELOFFSET=0', 10
text_end:
        times (4 - ($ - text) % 4) % 4 db 0
note_end:

        times 0xfff0 - ($ - $$) db 0
        bits 16
        jmp 0xf000:start16
        times 0x10000 - ($ - $$) db 0
