; sev.asm - a 64 KiB flash image: firmware and kernel of a guest with encrypted memory.
; Build:  nasm -f bin -o sev.bin sev.asm      (exactly 65536 bytes)
; Use:    qemu-system-x86_64 -machine q35 -m 16 -display none -vga none -serial file:out
;             -drive if=pflash,format=raw,unit=0,file=sev.bin
;             -drive if=pflash,format=raw,unit=1,file=OVMF_VARS.fd
;
; It runs without SEV, too, and then only lacks what is marked (SEV).
;
; The firmware
;   1. copies itself to 0x100000, in front of paging, where all accesses are private (SEV);
;   2. finds the C-bit by CPUID 0x8000001f and MSR 0xc0010131, and KVM's features by 0x40000001;
;   3. makes 4-level page tables: 0 to 16 MiB private in pages of 4 KiB, up to 1 GiB private, 3 to
;      4 GiB shared; goes to long mode;
;   4. sets the UEFI variable SevLiveMigrationEnabled in the second flash, if KVM offers
;      MSR_KVM_MIGRATION_CONTROL, or flag 1 says so; prints
;        FW sev=S cbit=CC features=FFFFFFFF var=V\n             V: the variable's byte, - for none
; The kernel
;   5. after a kexec makes all memory of the e820 map private by hypercalls (SEV);
;   6. shares 16 pages by a hypercall and maps them without the C-bit (SEV): those at 0x300000, after
;      an odd number of kexecs those at 0x340000; fills them with a text;
;   7. writes 1 to MSR_KVM_MIGRATION_CONTROL, if the variable is 1 (SEV); prints
;        KERNEL gen=G errors=E\n                                 kexecs; hypercalls that failed
;        READY\n
;   8. for ever: pass n (from 0) adds n * 0x9e3779b1 + i to the dword at (4 * n) & 0x3fc of each of 16
;      private pages i from 0x400000 on, and 1 to the first dword of each shared page; after every
;      `period` passes prints
;        NNNNNNNN CCCCCCCC\n      passes, and the checksum c of the private pages: over their dwords
;                                 d in order c = rol(c, 5) + d, from 0
;      The private pages begin as lines of 64 characters: a text that is nowhere else in the clear.
; A byte on the serial port is a command:
;   k  kexec: 0 to the MSR, then 5. with what is private kept
;   m  0 to the MSR; M  1 to the MSR
;   h  `calls` hypercalls that share or unshare up to 16 of the `frames` frames from `first` on, by
;      a generator (xorshift32 of `seed`); keeps its own record at 0x500000, a bit for each, 1 for
;      shared; prints CALLS NNNNNNNN EEEEEEEE\n: how many, and how many failed
;   r  0 to the MSR, then reboots
;   q  writes 0x10 to port 0x501 and halts
; After `lines` lines, if that is not 0, it does as for q.
;
; Parameters at file offset 0x100:
;   +00 'SEVG'  +04 ram (bytes)  +08 vars (bytes of the second flash)  +0c period  +10 delay
;   +14 flags: 1 set the variable in any case, 2 hypercalls by port 0xf4 instead of VMMCALL
;   +18 seed  +1c calls  +20 first  +24 frames  +28 lines

        bits 16
        org 0x100000
FLASH   equ 0xffff0000
%define F(x) (FLASH + (x) - $$)

PML4    equ 0x200000
PDPT    equ 0x201000
PD0     equ 0x202000
PD3     equ 0x203000
PTS     equ 0x210000
TABLES  equ 0x18000
SHARED  equ 0x300000
PRIVATE equ 0x400000
RECORD  equ 0x500000
PAGES   equ 16
COM1    equ 0x3f8
MIGRATION_CONTROL equ 0x4b564d08

        times 0x100 - ($ - $$) db 0
params: db 'SEVG'
ram     dd 0x01000000
vars    dd 0x00020000
period  dd 16
delay   dd 0
flags   dd 0
seed    dd 0x2545f491
calls   dd 100000
first   dd 0x800
frames  dd 0x800
lines   dd 0

align 16
gdt:    dq 0
        dq 0x00cf9a000000ffff           ; 32-bit code
        dq 0x00cf92000000ffff           ; data
        dq 0x00af9a000000ffff           ; 64-bit code
flash_gdt_ptr:
        dw 31
        dd F(gdt)
gdt_ptr:
        dw 31
        dd gdt
no_idt: dw 0
        dq 0

start16:
        cli
        o32 lgdt [cs:flash_gdt_ptr - $$]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword 8:F(start32)

        bits 32
start32:
        mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        cld
        mov esi, FLASH
        mov edi, $$
        mov ecx, 0x4000
        rep movsd
        mov eax, copied
        jmp eax
copied: lgdt [gdt_ptr]
        mov esp, PML4
        mov esi, uart
        mov ecx, 5
.uart:  movzx edx, byte [esi]
        mov dh, COM1 >> 8
        mov al, [esi + 1]
        out dx, al
        add esi, 2
        loop .uart

        mov eax, 0x80000000
        cpuid
        cmp eax, 0x8000001f
        jb .nosev
        mov eax, 0x8000001f
        cpuid
        test eax, 2
        jz .nosev
        and ebx, 63
        mov [cbit], ebx
        mov ecx, 0xc0010131
        rdmsr
        test eax, 1
        jz .nosev
        mov byte [sev], 1
        mov ecx, [cbit]
        mov eax, 1
        shl eax, cl                     ; modulo 32: the C-bit is in the upper half
        mov [cmask + 4], eax
.nosev: mov eax, 0x40000000
        xor ebx, ebx
        cpuid
        cmp ebx, 'KVMK'
        jne .nokvm
        cmp ecx, 'VMKV'
        jne .nokvm
        cmp edx, 'M'
        jne .nokvm
        mov eax, 0x40000001
        cpuid
        mov [features], eax
.nokvm:
        mov edi, PML4
        mov ecx, TABLES / 4
        xor eax, eax
        rep stosd
        mov ebx, [cmask + 4]
        mov dword [PML4], PDPT + 3
        mov [PML4 + 4], ebx
        mov dword [PDPT], PD0 + 3
        mov [PDPT + 4], ebx
        mov dword [PDPT + 24], PD3 + 3
        mov [PDPT + 28], ebx
        mov edi, PD0
        mov eax, PTS + 3
.pd0:   mov [edi], eax
        mov [edi + 4], ebx
        add eax, 0x1000
        add edi, 8
        cmp edi, PD0 + 64
        jb .pd0
        mov eax, 0x01000083
.pd1:   mov [edi], eax
        mov [edi + 4], ebx
        add eax, 0x200000
        add edi, 8
        cmp edi, PD0 + 4096
        jb .pd1
        mov edi, PTS
        mov eax, 3
.pt:    mov [edi], eax
        mov [edi + 4], ebx
        add eax, 0x1000
        add edi, 8
        cmp edi, PTS + 0x8000
        jb .pt
        mov edi, PD3
        mov eax, 0xc0000093             ; not cached: flash and devices, shared
.pd3:   mov [edi], eax
        mov dword [edi + 4], 0
        add eax, 0x200000
        add edi, 8
        cmp edi, PD3 + 4096
        jb .pd3
        mov eax, cr4
        or eax, 0x20
        mov cr4, eax
        mov eax, PML4
        mov cr3, eax
        mov ecx, 0xc0000080
        rdmsr
        or eax, 0x100
        wrmsr
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        jmp 24:start64

        bits 64
start64:
        xor eax, eax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov rsp, PML4
        mov esi, s_fw
        call puts
        mov al, [sev]
        add al, '0'
        call putc
        mov esi, s_cbit
        call puts
        mov eax, [cbit]
        mov ecx, 2
        call hex
        mov esi, s_features
        call puts
        mov eax, [features]
        mov ecx, 8
        call hex
        test dword [features], 1 << 17
        jnz .set
        test dword [flags], 1
        jz .read
.set:   call set_variable
.read:  mov esi, s_var
        call puts
        call variable
        mov al, '-'
        jz .none
        mov al, [rdi]
        add al, '0'
.none:  call putc
        mov al, 10
        call putc

        ; what is private begins as text
        mov edi, PRIVATE
.text:  mov esi, secret
        mov ecx, 64
.char:  lodsb
        xor al, 0x55
        stosb
        loop .char
        cmp edi, PRIVATE + PAGES * 4096
        jb .text
        mov dword [passes], 0
        mov dword [generation], 0

kernel: mov dword [errors], 0
        mov edi, SHARED
        test byte [generation], 1
        jz .here
        mov edi, SHARED + 0x40000
.here:  mov [bounce], edi
        cmp byte [sev], 0
        je .plain
        cmp dword [generation], 0
        je .share
        xor ebx, ebx                    ; the e820 map has two ranges
        mov ecx, 0xa0
        mov edx, 0x10
        call hypercall
        mov ebx, 0x100000
        mov ecx, [ram]
        sub ecx, ebx
        shr ecx, 12
        call hypercall
.share: mov ebx, [bounce]
        mov ecx, PAGES
        xor edx, edx
        call hypercall
        mov edi, [bounce]
        xor edx, edx
        call remap
.plain: mov edi, [bounce]
        lea ebx, [edi + PAGES * 4096]
.text:  mov esi, shared_text
        mov ecx, 64
        rep movsb
        cmp edi, ebx
        jb .text
        call variable
        jz .unready
        cmp byte [rdi], 1
        jne .unready
        mov eax, 1
        call migration
.unready:
        mov esi, s_kernel
        call puts
        mov eax, [generation]
        mov ecx, 2
        call hex
        mov esi, s_errors
        call puts
        mov eax, [errors]
        mov ecx, 2
        call hex
        mov al, 10
        call putc
        mov esi, s_ready
        call puts

        mov ebp, [period]
pass:   mov eax, [passes]
        imul edx, eax, 0x9e3779b1
        lea edi, [rax * 4]
        and edi, 0x3fc
        add edi, PRIVATE
        mov esi, [bounce]
        mov ecx, PAGES
.page:  add [rdi], edx
        inc dword [rsi]
        inc edx
        add edi, 4096
        add esi, 4096
        loop .page
        inc dword [passes]
        mov ecx, [delay]
        jrcxz .nodelay
.delay: dec ecx
        jnz .delay
.nodelay:
        dec ebp
        jnz .command
        mov ebp, [period]
        mov eax, [passes]
        mov ecx, 8
        call hex
        mov al, ' '
        call putc
        call checksum
        mov ecx, 8
        call hex
        mov al, 10
        call putc
        inc dword [printed]
        mov eax, [printed]
        cmp eax, [lines]
        je quit
.command:
        mov dx, COM1 + 5
        in al, dx
        test al, 1
        jz pass
        mov dx, COM1
        in al, dx
        cmp al, 'k'
        je kexec
        cmp al, 'h'
        je random
        cmp al, 'r'
        je reboot
        cmp al, 'q'
        je quit
        cmp al, 'm'
        jne .enable
        xor eax, eax
        call migration
.enable:
        cmp al, 'M'
        jne pass
        mov eax, 1
        call migration
        jmp pass

quit:   mov al, 0x10
        mov dx, 0x501
        out dx, al
halt:   cli
        hlt
        jmp halt

reboot: xor eax, eax
        call migration
        mov al, 0xfe
        out 0x64, al
        mov ecx, 100000
.wait:  pause
        dec ecx
        jnz .wait
        lidt [no_idt]                   ; no keyboard controller: a triple fault
        int3

kexec:  xor eax, eax
        call migration
        mov edi, [bounce]
        mov edx, [cmask + 4]
        call remap
        inc dword [generation]
        jmp kernel

; `calls` hypercalls at random, and a record of what they should come to
random: mov edi, RECORD
        mov ecx, [frames]
        add ecx, 7
        shr ecx, 3
        xor eax, eax
        rep stosb
        mov dword [errors], 0
        mov r12d, [seed]
        mov r13d, [calls]
.call:  call next
        xor edx, edx
        div dword [frames]
        mov r8d, edx                    ; first frame of this call
        call next
        and eax, 15
        inc eax
        mov r9d, [frames]
        sub r9d, r8d
        cmp eax, r9d
        cmova eax, r9d
        mov r9d, eax                    ; how many
        call next
        shr eax, 7
        and eax, 1
        mov r10d, eax                   ; 1: shared
        mov ebx, [first]
        add ebx, r8d
        shl rbx, 12
        mov ecx, r9d
        mov edx, r10d
        xor edx, 1
        shl edx, 4
        call hypercall
.bit:   bt r10d, 0
        jc .set
        btr dword [RECORD], r8d
        jmp .next
.set:   bts dword [RECORD], r8d
.next:  inc r8d
        dec r9d
        jnz .bit
        dec r13d
        jnz .call
        mov esi, s_calls
        call puts
        mov eax, [calls]
        mov ecx, 8
        call hex
        mov al, ' '
        call putc
        mov eax, [errors]
        mov ecx, 8
        call hex
        mov al, 10
        call putc
        jmp pass

next:   mov eax, r12d
        shl eax, 13
        xor r12d, eax
        mov eax, r12d
        shr eax, 17
        xor r12d, eax
        mov eax, r12d
        shl eax, 5
        xor r12d, eax
        mov eax, r12d
        ret

; rbx address, rcx pages, rdx attributes; counts failures
hypercall:
        mov eax, 12
        test dword [flags], 2
        jnz .port
        vmmcall
        jmp .done
.port:  out 0xf4, eax
.done:  test rax, rax
        jz .end
        inc dword [errors]
.end:   ret

; eax to MSR_KVM_MIGRATION_CONTROL, if KVM offers it
migration:
        test dword [features], 1 << 17
        jz .end
        mov ecx, MIGRATION_CONTROL
        xor edx, edx
        wrmsr
        xor eax, eax
.end:   ret

; Maps PAGES pages at edi with edx for the upper half of their entries.
remap:  mov ecx, PAGES
        mov esi, edi
        shr esi, 9
        add esi, PTS
.page:  mov [rsi + 4], edx
        invlpg [rdi]
        add esi, 8
        add edi, 4096
        loop .page
        ret

checksum:
        xor eax, eax
        mov esi, PRIVATE
        mov ecx, PAGES * 1024
.dword: rol eax, 5
        add eax, [rsi]
        add esi, 4
        dec ecx
        jnz .dword
        ret

; The variable: Z if there is none, else rdi at its data and rbx at its header.
; r8: where erased flash begins, 0 if there is no store.
variable:
        xor r8d, r8d
        mov esi, FLASH
        sub esi, [vars]
        cmp dword [rsi + 0x28], '_FVH'
        jne .none
        movzx eax, word [rsi + 0x30]
        add rsi, rax
        cmp dword [rsi], 0xaaf32c78     ; authenticated variables
        jne .none
        mov r9d, [rsi + 16]
        add r9, rsi                     ; the end
        add rsi, 28 + 3
        and rsi, -4
        mov rbx, rsi
.header:
        lea rax, [rbx + 60]
        cmp rax, r9
        ja .none
        mov r8, rbx
        cmp word [rbx], 0x55aa
        jne .none
        cmp byte [rbx + 2], 0x3f
        jne .skip
        cmp dword [rbx + 36], name_end - name
        jne .skip
        lea rdi, [rbx + 44]
        mov esi, guid
        mov ecx, 16 + name_end - name
        repe cmpsb
        jne .skip
        or eax, 1                       ; rdi is behind the name
        ret
.skip:  mov eax, [rbx + 36]
        add eax, [rbx + 40]
        lea rbx, [rbx + rax + 60 + 3]
        and rbx, -4
        jmp .header
.none:  xor eax, eax
        ret

; Sets the variable to 1 as firmware does: the new one behind all others, then the old one deleted.
set_variable:
        call variable
        jz .append
        cmp byte [rdi], 1
        je .end
        push rbx
.find:  mov eax, [rbx + 36]             ; on to erased flash
        add eax, [rbx + 40]
        lea rbx, [rbx + rax + 60 + 3]
        and rbx, -4
        cmp word [rbx], 0x55aa
        je .find
        mov r8, rbx
        call append
        pop rdi
        add rdi, 2
        mov al, 0x3d
        call program
        jmp .array
.append:
        test r8, r8
        jz .end
        call append
.array: mov byte [rdi], 0xff            ; back to reading
.end:   ret

append: mov rbx, r8
        mov esi, header
        mov edi, ebx
        mov ecx, header_end - header
.byte:  lodsb
        call program
        inc rdi
        loop .byte
        lea rdi, [rbx + 2]
        mov al, 0x3f
; One byte of flash.
program:
        mov byte [rdi], 0x40
        mov [rdi], al
.busy:  test byte [rdi], 0x80
        jz .busy
        ret

puts:   lodsb
        test al, al
        jz .end
        call putc
        jmp puts
.end:   ret

; the lower ecx digits of eax
hex:    push rcx
        neg ecx
        add ecx, 8
        shl ecx, 2
        rol eax, cl
        pop rcx
.digit: rol eax, 4
        push rax
        and al, 15
        add al, '0'
        cmp al, '9'
        jbe .put
        add al, 7
.put:   call putc
        pop rax
        dec ecx
        jnz .digit
        ret

putc:   push rax
        push rdx
        mov ah, al
        mov dx, COM1 + 5
.wait:  in al, dx
        test al, 0x20
        jz .wait
        mov dx, COM1
        mov al, ah
        out dx, al
        pop rdx
        pop rax
        ret

align 8
cmask       dq 0
cbit        dd 0
features    dd 0
passes      dd 0
generation  dd 0
errors      dd 0
bounce      dd 0
printed     dd 0
sev         db 0

uart:   db 0xfb, 0x83, 0xf8, 1, 0xf9, 0, 0xfb, 3, 0xfc, 3
s_fw:       db 'FW sev=', 0
s_cbit:     db ' cbit=', 0
s_features: db ' features=', 0
s_var:      db ' var=', 0
s_kernel:   db 'KERNEL gen=', 0
s_errors:   db ' errors=', 0
s_ready:    db 'READY', 10, 0
s_calls:    db 'CALLS ', 0

; A variable as it lies in flash before it counts.
header: dw 0x55aa
        db 0x7f, 0
        dd 7
        dq 0, 0, 0
        dd 0, name_end - name, 1
guid:   db 0x71, 0x9b, 0xf2, 0x0c, 0x51, 0x9e, 0x3a, 0x43
        db 0xa3, 0xb7, 0x81, 0xf3, 0xab, 0x16, 0xb8, 0x75
name:   dw 'S','e','v','L','i','v','e','M','i','g','r','a','t','i','o','n'
        dw 'E','n','a','b','l','e','d', 0
name_end:
        db 1
header_end:

shared_text:
        db 'What this guest shares with its host lies here for all to read.', 10
; 64 characters, each exclusive-or 0x55: in the clear it would be in the flash, for all to read.
%macro hidden 1
  %assign %%i 1
  %strlen %%n %1
  %rep %%n
    %substr %%c %1 %%i
        db %%c ^ 0x55
    %assign %%i %%i + 1
  %endrep
%endmacro
secret: hidden 'Nobody but this guest may know what is written on a private page'

        times 0xfff0 - ($ - $$) db 0
        bits 16
        jmp start16
        times 0x10000 - ($ - $$) db 0
