; oracle.asm - a 64 KiB firmware image that runs many short instruction sequences and keeps what
; each did to registers, flags and memory.
; Build:  nasm -f bin -o oracle.bin oracle.asm
;
; The sequences are loaded into RAM by whoever runs it, behind a page of parameters at HEAD:
;   +0 number of records   +4 mode: 0 = 16-bit protected, 1 = 32-bit, 2 = 32-bit with PAE paging,
;   3 = 64-bit
; A record has 8 KiB, from HEAD + 4096 on:
;   000  RAX RCX RDX RBX RSP RBP RSI RDI R8..R15, 8 bytes each, before
;   080  RFLAGS before
;   100  the registers after     180  RFLAGS   188  vector   190  error code   198  RIP   1a0  CR2
;   200  FXSAVE image before     400  after
;   600  the code; it ends in INT F0h or in any exception
;   1000 a page that it may use as it likes
; Everything but vector F0h is told with what the processor pushed. When all are done a 'D' goes to
; COM1 and to port E9h, and the processor halts.
;
; In mode 0 all data segments and CS are 64 KiB from the record on. In modes 1 to 3 they are flat;
; FS starts at 1000h and GS at 2000h. Mapped with paging: 32 MiB, one to one, from 4 to 6 MiB on
; with 4 KiB pages.

HEAD     equ 0x3FF000
RECORD   equ 0x2000
SAVE     equ 0x7000          ; as the record has it from 100 on
CUR      equ 0x7200
COUNT    equ 0x7204
TARGET      equ 0x7208          ; offset, selector
DSEL     equ 0x7210
FSEL     equ 0x7212
GSEL     equ 0x7214
HSTACK   equ 0x7F00
GDT      equ 0x5000
IDTP     equ 0x7220
PD       equ 0x21000
PT       equ 0x22000
PDPT     equ 0x20000
PML4     equ 0x24000
BASE     equ 0xF0000

        bits 16
        org 0
start:
        cli
        o32 lgdt [cs:romgdt_ptr]
        mov eax, cr0
        or al, 0x21
        and eax, ~0x60000000
        mov cr0, eax
        jmp dword 8:(BASE + start32)

align 16
romgdt:
        dq 0
        dq 0x00CF9B000000FFFF    ; 08 code, 32 bits, flat
        dq 0x00CF93000000FFFF    ; 10 data, flat
        dq 0x000093000000FFFF    ; 18 data, 16 bits, base set for each record
        dq 0x00009B000000FFFF    ; 20 code, 16 bits, likewise
        dq 0x00AF9B000000FFFF    ; 28 code, 64 bits
        dq 0x00CF93001000FFFF    ; 30 FS
        dq 0x00CF93002000FFFF    ; 38 GS
romgdt_end:
romgdt_ptr:
        dw romgdt_end - romgdt - 1
        dd BASE + romgdt
gdt_ptr:
        dw romgdt_end - romgdt - 1
        dd GDT
idt32_ptr:
        dw 256 * 8 - 1
        dd BASE + idt32
idt64_ptr:
        dw 256 * 16 - 1
        dq BASE + idt64

        bits 32
start32:
        mov ax, 0x10
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov esp, HSTACK
        cld
        mov esi, BASE + romgdt
        mov edi, GDT
        mov ecx, (romgdt_end - romgdt) / 4
        rep movsd
        lgdt [BASE + gdt_ptr]
        mov eax, [HEAD]
        mov [COUNT], eax
        mov dword [CUR], HEAD + 4096
        mov word [DSEL], 0x10
        mov word [FSEL], 0x30
        mov word [GSEL], 0x38
        mov dword [TARGET + 4], 8
        mov eax, cr4
        or eax, 0x600
        mov cr4, eax
        fninit
        mov eax, [HEAD + 4]
        cmp eax, 3
        je setup64
        cmp eax, 2
        je setuppae
        cmp eax, 1
        je go32
        mov word [DSEL], 0x18
        mov word [FSEL], 0x18
        mov word [GSEL], 0x18
        mov dword [TARGET + 4], 0x20
        jmp go32

; Page directory and table, and what PAE and 64-bit mode have above them.
tables:
        xor eax, eax
        mov edi, 0x20000
        mov ecx, 0x6000 / 4
        rep stosd
        mov eax, 0x83
        mov edi, PD
        mov ecx, 16
.large: mov [edi], eax
        add eax, 0x200000
        add edi, 8
        loop .large
        mov dword [PD + 16], PT + 3
        mov eax, 0x400003
        mov edi, PT
        mov ecx, 512
.small: mov [edi], eax
        add eax, 0x1000
        add edi, 8
        loop .small
        mov eax, cr4
        or al, 0x20
        mov cr4, eax
        ret

setuppae:
        call tables
        mov dword [PDPT], PD + 1
        mov eax, PDPT
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80010000
        mov cr0, eax
        jmp go32

go32:
        lidt [BASE + idt32_ptr]
next32:
        mov ebp, [CUR]
        xor eax, eax
        mov cr2, eax
        fxrstor [ebp + 0x200]
        lea eax, [ebp + 0x600]
        cmp word [DSEL], 0x18
        jne .flat
        mov eax, ebp
        mov [GDT + 0x1a], ax
        mov [GDT + 0x22], ax
        shr eax, 16
        mov [GDT + 0x1c], al
        mov [GDT + 0x24], al
        mov [GDT + 0x1f], ah
        mov [GDT + 0x27], ah
        mov eax, 0x600
.flat:
        mov [TARGET], eax
        push dword [ebp + 0x80]
        popfd
        mov eax, [ebp + 0x00]
        mov ecx, [ebp + 0x08]
        mov edx, [ebp + 0x10]
        mov ebx, [ebp + 0x18]
        mov esi, [ebp + 0x30]
        mov edi, [ebp + 0x38]
        mov es, [cs:DSEL]
        mov fs, [cs:FSEL]
        mov gs, [cs:GSEL]
        mov ss, [cs:DSEL]
        mov esp, [ds:ebp + 0x20]
        mov ebp, [ds:ebp + 0x28]
        mov ds, [cs:DSEL]
        jmp far dword [cs:TARGET]

common32:
        push eax
        mov ax, 0x10
        mov ds, ax
        pop eax
        mov [SAVE + 0x00], eax
        mov [SAVE + 0x08], ecx
        mov [SAVE + 0x10], edx
        mov [SAVE + 0x18], ebx
        mov [SAVE + 0x28], ebp
        mov [SAVE + 0x30], esi
        mov [SAVE + 0x38], edi
        pop dword [SAVE + 0x88]
        pop dword [SAVE + 0x90]
        pop dword [SAVE + 0x98]
        pop ebx
        pop eax
        and eax, ~0x10000
        push eax
        pop dword [SAVE + 0x80]
        mov [SAVE + 0x20], esp
        mov ax, 0x10
        mov ss, ax
        mov es, ax
        mov esp, HSTACK
        mov eax, cr2
        mov [SAVE + 0xa0], eax
        mov ebp, [CUR]
        fxsave [ebp + 0x400]
        cld
        lea edi, [ebp + 0x100]
        mov esi, SAVE
        mov ecx, 0xa8 / 4
        rep movsd
        add dword [CUR], RECORD
        dec dword [COUNT]
        jnz next32
done:
        mov al, 'D'
        out 0xe9, al
        mov dx, 0x3f8
        out dx, al
.halt:  cli
        hlt
        jmp .halt

setup64:
        mov dword [TARGET + 4], 0x28
        call tables
        mov dword [PML4], 0x25003
        mov dword [0x25000], PD + 3
        mov eax, PML4
        mov cr3, eax
        mov ecx, 0xc0000080
        rdmsr
        or eax, 0x900
        wrmsr
        mov eax, cr0
        or eax, 0x80010000
        mov cr0, eax
        jmp 0x28:(BASE + start64)

        bits 64
        default abs
start64:
        lidt [BASE + idt64_ptr]
        mov ecx, 0xc0000100
        mov eax, 0x1000
        xor edx, edx
        wrmsr
        mov ecx, 0xc0000101
        mov eax, 0x2000
        wrmsr
next64:
        mov ebp, [CUR]
        xor eax, eax
        mov cr2, rax
        fxrstor [rbp + 0x200]
        mov rsp, HSTACK
        lea eax, [rbp + 0x600]
        mov [TARGET], eax
        push qword [rbp + 0x80]
        popfq
        mov rax, [rbp + 0x00]
        mov rcx, [rbp + 0x08]
        mov rdx, [rbp + 0x10]
        mov rbx, [rbp + 0x18]
        mov rsp, [rbp + 0x20]
        mov rsi, [rbp + 0x30]
        mov rdi, [rbp + 0x38]
        mov r8,  [rbp + 0x40]
        mov r9,  [rbp + 0x48]
        mov r10, [rbp + 0x50]
        mov r11, [rbp + 0x58]
        mov r12, [rbp + 0x60]
        mov r13, [rbp + 0x68]
        mov r14, [rbp + 0x70]
        mov r15, [rbp + 0x78]
        mov rbp, [rbp + 0x28]
        jmp far dword [dword TARGET]

common64:
        mov [dword SAVE + 0x00], rax
        mov [dword SAVE + 0x08], rcx
        mov [dword SAVE + 0x10], rdx
        mov [dword SAVE + 0x18], rbx
        mov [dword SAVE + 0x28], rbp
        mov [dword SAVE + 0x30], rsi
        mov [dword SAVE + 0x38], rdi
        mov [dword SAVE + 0x40], r8
        mov [dword SAVE + 0x48], r9
        mov [dword SAVE + 0x50], r10
        mov [dword SAVE + 0x58], r11
        mov [dword SAVE + 0x60], r12
        mov [dword SAVE + 0x68], r13
        mov [dword SAVE + 0x70], r14
        mov [dword SAVE + 0x78], r15
        pop qword [dword SAVE + 0x88]
        pop qword [dword SAVE + 0x90]
        pop qword [dword SAVE + 0x98]
        and dword [rsp + 8], ~0x10000
        mov rax, [rsp + 8]
        mov [dword SAVE + 0x80], rax
        mov rax, [rsp + 16]
        mov [dword SAVE + 0x20], rax
        mov esp, HSTACK
        mov rax, cr2
        mov [dword SAVE + 0xa0], rax
        mov ebp, [dword CUR]
        fxsave [rbp + 0x400]
        cld
        lea edi, [rbp + 0x100]
        mov esi, SAVE
        mov ecx, 0xa8 / 8
        rep movsq
        add dword [dword CUR], RECORD
        dec dword [dword COUNT]
        jnz next64
        jmp done64
done64:
        mov al, 'D'
        out 0xe9, al
        mov dx, 0x3f8
        out dx, al
.halt:  cli
        hlt
        jmp .halt


        bits 32
%macro stub 2           ; vector, what follows
        align 16, db 0x90
%if %1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17
%else
        push byte 0
%endif
        push dword %1
        jmp near %2
%endmacro
        align 16
stubs32:
%assign v 0
%rep 256
        stub v, common32
%assign v v + 1
%endrep
        bits 64
        align 16
stubs64:
%assign v 0
%rep 256
        stub v, common64
%assign v v + 1
%endrep

        align 16
idt32:
%assign v 0
%rep 256
%assign a BASE + (stubs32 - start) + 16 * v
        dw a & 0xffff, 8
        dw 0x8e00, a >> 16
%assign v v + 1
%endrep
idt64:
%assign v 0
%rep 256
%assign a BASE + (stubs64 - start) + 16 * v
        dw a & 0xffff, 0x28
        dw 0x8e00, a >> 16
        dd 0, 0
%assign v v + 1
%endrep

        times 0xfff0 - ($ - $$) db 0
        bits 16
        jmp 0xf000:start
        times 0x10000 - ($ - $$) db 0
