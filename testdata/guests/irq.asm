; irq.asm - a 64 KiB firmware image that counts timer interrupts.
; Build:  nasm -f bin -o irq.bin irq.asm      (exactly 65536 bytes)
; Use:    qemu-system-x86_64 -bios irq.bin -nodefaults -display none -serial file:out
;
; 1. PIT channel 0 through the 8259s: halts until `ticks` interrupts have come, prints "PIT n\n" with
;    their number in hex.
; 2. The local APIC's timer, periodic, likewise: "APIC n\n"; "APIC none\n" without one.
; 3. The APIC's timer, one shot, armed anew by its handler: "ONCE n\n".
; 4. PIT through the IO APIC, edge, vector 0x50: "IOAPIC n\n"; "IOAPIC none\n" without one.
; 5. For ever: works, and counts interrupts of the APIC's timer (of the PIT, where there is no APIC)
;    meanwhile; prints the next letter of A..Z after every `period` of them. Work is adding 1 to a
;    dword of each of 16 pages from 0x100000 on, round after round.
; After `letters` letters, if that is not 0, it writes 0x10 to port 0x501 and halts.
; An interrupt or exception that nobody asked for prints "?\n" and halts.
;
; Parameters at file offset 0x100:
;   +00 'IRQ '  +04 ticks  +08 period  +0c letters  +10 PIT divisor  +14 APIC initial count (16 cycles each)
; State at 0x600: +00 ticks of this part  +04 letters printed  +08 rounds of work  +0c all ticks

        bits 16
        org 0xf0000

        times 0x100 - ($ - $$) db 0
params: db 'IRQ '
ticks   dd 50
period  dd 100
letters dd 0
divisor dd 1193
count   dd 62500

TICKS   equ 0x600
PRINTED equ 0x604
ROUNDS  equ 0x608
ALL     equ 0x60c
IDT     equ 0x1000
COM1    equ 0x3f8
APIC    equ 0xfee00000
IOAPIC  equ 0xfec00000

align 16
gdt:    dq 0
        dq 0x00cf9a000000ffff
        dq 0x00cf92000000ffff
gdt_ptr:
        dw 23
        dd gdt
idt_ptr:
        dw 0x7ff
        dd IDT

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
        mov edi, TICKS
        mov ecx, 4
        rep stosd
        mov edi, IDT
        xor ecx, ecx
.gate:  mov eax, unexpected
        cmp ecx, 0x20
        jne .g1
        mov eax, pit_tick
.g1:    cmp ecx, 0x40
        jne .g2
        mov eax, apic_tick
.g2:    cmp ecx, 0x41
        jne .g3
        mov eax, once_tick
.g3:    cmp ecx, 0x50
        jne .g4
        mov eax, ioapic_tick
.g4:    cmp ecx, 0xff
        jne .g5
        mov eax, spurious
.g5:    mov [edi], ax
        mov word [edi + 2], 8
        mov word [edi + 4], 0x8e00
        shr eax, 16
        mov [edi + 6], ax
        add edi, 8
        inc ecx
        cmp ecx, 256
        jb .gate
        lidt [idt_ptr]

        ; 8259s: vectors 0x20 and 0x28, IRQ 0 alone
        mov esi, pic
        mov ecx, 10
.pic:   movzx edx, byte [esi]
        mov al, [esi + 1]
        out dx, al
        add esi, 2
        loop .pic
        mov al, 0x34                    ; channel 0, mode 2
        out 0x43, al
        mov al, [divisor]
        out 0x40, al
        mov al, [divisor + 1]
        out 0x40, al
        mov eax, 1
        cpuid
        test edx, 1 << 9
        jz .wired
        mov dword [APIC + 0xf0], 0x1ff  ; enabled, spurious vector 0xff
        mov dword [APIC + 0x350], 0x700 ; LINT0: the 8259s, as firmware has it
.wired: mov esi, s_pit
        call await

        mov al, 0xff                    ; IRQ 0 off
        out 0x21, al
        mov eax, 1
        cpuid
        test edx, 1 << 9
        jz .noapic
        mov dword [APIC + 0x350], 0x10000
        mov dword [APIC + 0x80], 0
        mov dword [APIC + 0x3e0], 3     ; divided by 16
        mov dword [APIC + 0x320], 0x20040
        mov eax, [count]
        mov [APIC + 0x380], eax
        mov esi, s_apic
        call await
        mov dword [APIC + 0x320], 0x10000
        mov dword [APIC + 0x320], 0x41
        mov eax, [count]
        mov [APIC + 0x380], eax
        mov esi, s_once
        call await
        mov dword [APIC + 0x320], 0x10000
        mov dword [APIC + 0x380], 0

        mov dword [IOAPIC], 1           ; version: none where all ones
        mov eax, [IOAPIC + 0x10]
        cmp eax, -1
        je .noioapic
        mov ebx, 2                      ; ISA IRQ 0 is input 2, as ACPI's override says
        call route
        mov esi, s_ioapic
        call await
        mov dword [IOAPIC], 0x14
        mov dword [IOAPIC + 0x10], 0x10000
        jmp .work
.noioapic:
        mov esi, s_noioapic
        call puts
.work:  mov dword [APIC + 0x320], 0x20040
        mov eax, [count]
        mov [APIC + 0x380], eax
        jmp .loop
.noapic:
        mov esi, s_noapic
        call puts
        mov al, 0xfe
        out 0x21, al

.loop:  mov dword [TICKS], 0
        sti
.round: mov edi, 0x100000
        mov ecx, 16
.page:  inc dword [edi]
        add edi, 4096
        dec ecx
        jnz .page
        inc dword [ROUNDS]
        mov eax, [TICKS]
        cmp eax, [period]
        jb .round
        cli
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
halt:   cli
        hlt
        jmp halt

; IO APIC input ebx to vector 0x50, edge, this processor
route:  lea eax, [ebx * 2 + 0x11]
        mov [IOAPIC], eax
        mov eax, [APIC + 0x20]
        and eax, 0xff000000
        mov [IOAPIC + 0x10], eax
        lea eax, [ebx * 2 + 0x10]
        mov [IOAPIC], eax
        mov dword [IOAPIC + 0x10], 0x50
        ret

; Halts until `ticks` interrupts have come, prints esi and their number.
await:  mov dword [TICKS], 0
.more:  mov eax, [TICKS]
        cmp eax, [ticks]
        jae .done
        sti
        hlt
        cli
        jmp .more
.done:  call puts
        mov eax, [TICKS]
        call hex8
        mov al, 10
        jmp putc

pit_tick:
        push eax
        inc dword [TICKS]
        inc dword [ALL]
        mov al, 0x20
        out 0x20, al
        pop eax
        iretd

apic_tick:
ioapic_tick:
        inc dword [TICKS]
        inc dword [ALL]
        mov dword [APIC + 0xb0], 0
        iretd

once_tick:
        push eax
        inc dword [TICKS]
        inc dword [ALL]
        mov dword [APIC + 0xb0], 0
        mov eax, [count]
        mov [APIC + 0x380], eax
        pop eax
spurious:
        iretd

unexpected:
        mov al, '?'
        call putc
        mov al, 10
        call putc
        jmp halt

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
pic:    db 0x20, 0x11, 0xa0, 0x11, 0x21, 0x20, 0xa1, 0x28, 0x21, 4, 0xa1, 2, 0x21, 1, 0xa1, 1
        db 0xa1, 0xff, 0x21, 0xfe
s_pit:      db 'PIT ', 0
s_apic:     db 'APIC ', 0
s_once:     db 'ONCE ', 0
s_ioapic:   db 'IOAPIC ', 0
s_noapic:   db 'APIC none', 10, 0
s_noioapic: db 'IOAPIC none', 10, 0

        times 0xfff0 - ($ - $$) db 0
        bits 16
        jmp 0xf000:(start16 - 0xf0000)
        times 0x10000 - ($ - $$) db 0
