; bootrom.asm - the firmware for guests that bring none: sets up what a PC's firmware leaves behind,
; then starts a boot sector in real mode or a Multiboot kernel in protected mode.
; Build:  ./assemble      (exactly 65536 bytes, mapped at F000:0000 and below 4 GiB)
;
; What is to be booted, and the disk, are the VMM's business (BootServices.java):
;   port PORT    out 1  prepare: fill in BDA and EBDA, load sector or kernel
;                out 2  INT 13h, registers in the frame whose linear address went to PORT+4
;                in     what came of it: 0 nothing to boot or done, 1 sector, 2 kernel; ff nobody there
; All else works without the VMM's help, so that a guest goes on using it after a migration.
;
; EBDA, segment at 0040:000E:
;   00 u8 KiB of EBDA   10 u32 kernel entry   14 u32 Multiboot information   20 u16 ranges of memory
;   22 u16 KiB above 1 MiB   24 u16 KiB from 1 to 16 MiB   26 u16 64 KiB units above 16 MiB
;   30 ranges as INT 15h E820 tells them, 20 bytes each

PORT        equ 0x5EB0
PREPARE     equ 1
DISK        equ 2
SECTOR      equ 1
KERNEL      equ 2
NOBODY      equ 0xFF

EBDA_ENTRY  equ 0x10
EBDA_INFO   equ 0x14
EBDA_COUNT  equ 0x20
EBDA_KIB    equ 0x22
EBDA_LOW    equ 0x24
EBDA_HIGH   equ 0x26
EBDA_RANGES equ 0x30

BDA_COM1    equ 0x400
BDA_EQUIP   equ 0x410
BDA_BASE    equ 0x413
BDA_HEAD    equ 0x41A
BDA_TAIL    equ 0x41C
BDA_KEYS    equ 0x41E
BDA_KEYSEND equ 0x43E
BDA_TICKS   equ 0x46C
BDA_MIDNITE equ 0x470
BDA_EBDA    equ 0x40E
TICKS_A_DAY equ 0x1800B0

        bits 16
        org 0

; ---- power on ------------------------------------------------------------------------------------
post:
        cli
        cld
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7000
        in al, 0x92                     ; A20
        or al, 2
        and al, 0xFE
        out 0x92, al

        xor di, di                      ; vectors
        mov cx, 256
.all:   mov ax, dummy
        stosw
        mov ax, 0xF000
        stosw
        loop .all
        mov si, vectors
.one:   cs lodsw
        cmp ax, 0xFFFF
        je .set
        mov di, ax
        shl di, 2
        cs lodsw
        stosw
        jmp .one
.set:
        mov di, 0x400                   ; BIOS data area
        mov cx, 0x80
        xor ax, ax
        rep stosw
        mov word [BDA_HEAD], BDA_KEYS - 0x400
        mov word [BDA_TAIL], BDA_KEYS - 0x400
        mov word [0x480], BDA_KEYS - 0x400
        mov word [0x482], BDA_KEYSEND - 0x400
        mov byte [0x449], 3             ; text of 80 columns
        mov word [0x44A], 80
        mov byte [0x484], 24
        mov dx, 0x3F9                   ; is there a COM1?
        mov al, 2
        out dx, al
        in al, dx
        cmp al, 2
        jne .nocom
        xor al, al
        out dx, al
        mov word [BDA_COM1], 0x3F8
.nocom:
        mov al, 0x11                    ; both 8259: vectors 08 and 70
        out 0x20, al
        out 0xA0, al
        mov al, 8
        out 0x21, al
        mov al, 0x70
        out 0xA1, al
        mov al, 4
        out 0x21, al
        mov al, 2
        out 0xA1, al
        mov al, 1
        out 0x21, al
        out 0xA1, al
        mov al, 0xF8
        out 0x21, al
        mov al, 0xFF
        out 0xA1, al
        mov eax, 1                      ; is there a local APIC? then the 8259s ask through it
        cpuid
        test edx, 1 << 9
        jz .noapic
        o32 lgdt [cs:gdt_ptr]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp .flat
.flat:  mov bx, 16
        mov es, bx
        mov dword [es:dword 0xFEE000F0], 0x1FF          ; spurious vector; on
        mov dword [es:dword 0xFEE00350], 0x8700         ; LINT0: ExtINT
        mov dword [es:dword 0xFEE00360], 0x8400         ; LINT1: NMI
        mov bx, 24                      ; a limit that real mode wants
        mov es, bx
        and al, 0xFE
        mov cr0, eax
        jmp 0xF000:.noapic
.noapic:
        mov al, 0x34                    ; 8254: 18.2 ticks a second
        out 0x43, al
        xor al, al
        out 0x40, al
        out 0x40, al

boot:                                   ; also INT 19h
        cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7000
        mov dx, PORT
        mov al, PREPARE
        out dx, al
        in al, dx
        cmp al, SECTOR
        je sector
        cmp al, KERNEL
        je kernel
nothing:                                ; also INT 18h
        sti
        hlt
        jmp nothing

sector:
        xor ebx, ebx
        xor ecx, ecx
        xor esi, esi
        xor edi, edi
        xor ebp, ebp
        mov edx, 0x80                   ; the disk
        mov eax, 0xAA55
        sti
        jmp 0:0x7C00

kernel:
        mov ax, [BDA_EBDA]
        mov ds, ax
        mov ebx, [EBDA_INFO]
        mov edx, [EBDA_ENTRY]
        xor ax, ax
        mov ds, ax
        o32 lgdt [cs:gdt_ptr]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword 8:(0xF0000 + .flat)
        bits 32
.flat:  mov ax, 16
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov ss, ax
        mov eax, 0x2BADB002
        jmp edx
        bits 16

align 8
gdt:    dq 0
        dq 0x00CF9B000000FFFF          ; accessed already: it is in ROM
        dq 0x00CF93000000FFFF
        dq 0x000093000000FFFF
gdt_ptr:
        dw 31
        dd 0xF0000 + gdt

vectors:
        dw 0x08, tick, 0x09, key, 0x0A, irq, 0x0B, irq, 0x0C, irq, 0x0D, irq, 0x0E, irq, 0x0F, irq
        dw 0x10, video, 0x11, equipment, 0x12, base_memory, 0x13, disk, 0x14, serial, 0x15, system
        dw 0x16, keyboard, 0x18, nothing, 0x19, boot, 0x1A, clock
        dw 0x70, clock_irq, 0x71, irq2, 0x72, irq2, 0x73, irq2, 0x74, irq2, 0x75, irq2, 0x76, irq2
        dw 0x77, irq2
        dw 0xFFFF

; ---- interrupts ----------------------------------------------------------------------------------
dummy:  iret

tick:   push ds
        push eax
        xor ax, ax
        mov ds, ax
        mov eax, [BDA_TICKS]
        inc eax
        cmp eax, TICKS_A_DAY
        jb .day
        xor eax, eax
        inc byte [BDA_MIDNITE]
.day:   mov [BDA_TICKS], eax
        int 0x1C
        pop eax
        pop ds
irq:    push ax
        mov al, 0x20
        out 0x20, al
        pop ax
        iret

key:    push ax
        in al, 0x60                     ; there is no keyboard but the serial line
        pop ax
        jmp irq

clock_irq:
        push ax
        mov al, 0x0C
        out 0x70, al
        in al, 0x71
        pop ax
irq2:   push ax
        mov al, 0x20
        out 0xA0, al
        out 0x20, al
        pop ax
        iret

; Ends a service with the carry flag clear or set in the caller's flags.
good:   push bp
        mov bp, sp
        and byte [bp + 6], 0xFE
        pop bp
        iret
bad:    push bp
        mov bp, sp
        or byte [bp + 6], 1
        pop bp
        iret

; ---- INT 10h: text goes out on COM1 --------------------------------------------------------------
video:  cmp ah, 0x0E
        je .one
        cmp ah, 0x09
        je .one
        cmp ah, 0x0A
        je .one
        cmp ah, 0x13
        je .string
        cmp ah, 0x0F
        je .mode
        cmp ah, 0x03
        je .cursor
        iret
.one:   call put
        iret
.string:
        push ax
        push cx
        push bp
        mov ah, al                      ; bit 1: characters alternate with attributes
        jcxz .done
.next:  mov al, [es:bp]
        call put
        inc bp
        test ah, 2
        jz .plain
        inc bp
.plain: loop .next
.done:  pop bp
        pop cx
        pop ax
        iret
.mode:  mov ax, 0x5003
        mov bh, 0
        iret
.cursor:
        xor dx, dx
        mov cx, 0x0607
        iret

; al to COM1, if there is one and it takes it
put:    push ds
        push dx
        push cx
        push ax
        xor cx, cx
        mov ds, cx
        mov dx, [BDA_COM1]
        test dx, dx
        jz .none
        mov ah, al
        add dx, 5
.wait:  in al, dx
        test al, 0x20
        loopz .wait
        sub dx, 5
        mov al, ah
        out dx, al
.none:  pop ax
        pop cx
        pop dx
        pop ds
        ret

; ---- INT 11h, 12h --------------------------------------------------------------------------------
equipment:
        push ds
        xor ax, ax
        mov ds, ax
        mov ax, [BDA_EQUIP]
        pop ds
        iret

base_memory:
        push ds
        xor ax, ax
        mov ds, ax
        mov ax, [BDA_BASE]
        pop ds
        iret

; ---- INT 13h: the VMM reads and writes the disk --------------------------------------------------
; Frame: 00 ds, 02 es, 04 edi esi ebp esp ebx edx ecx eax, 24 ip cs flags
disk:   pushad
        push es
        push ds
        mov bp, sp
        xor eax, eax
        mov ax, ss
        shl eax, 4
        movzx ecx, bp
        add eax, ecx
        mov dx, PORT + 4
        out dx, eax
        mov dx, PORT
        mov al, DISK
        out dx, al
        in al, dx
        cmp al, NOBODY
        jne .done
        mov byte [bp + 0x21], 0x80      ; ah: timed out
        or byte [bp + 0x28], 1          ; carry
.done:  pop ds
        pop es
        popad
        iret

; ---- INT 14h: COM1 -------------------------------------------------------------------------------
serial: push ds
        push dx
        push cx
        xor cx, cx
        mov ds, cx
        mov dx, [BDA_COM1]
        test dx, dx
        jz .none
        cmp ah, 1
        jb .status
        je .send
        cmp ah, 2
        je .receive
        cmp ah, 3
        je .status
        jmp .end
.none:  mov ah, 0x80
        jmp .end
.send:  call put
        jmp .line
.receive:
        add dx, 5
.wait:  in al, dx
        test al, 1
        loopz .wait
        mov ah, 0x80
        jz .end
        sub dx, 5
        in al, dx
        mov ah, 0
        jmp .end
.line:  push ax
        add dx, 5
        in al, dx
        mov cl, al
        pop ax
        mov ah, cl
        jmp .end
.status:
        add dx, 5
        in al, dx
        mov ah, al
        inc dx
        in al, dx
.end:   pop cx
        pop dx
        pop ds
        iret

; ---- INT 15h -------------------------------------------------------------------------------------
system: cmp ax, 0xE820
        je .ranges
        cmp ax, 0xE801
        je .sizes
        cmp ah, 0x24
        je .a20
        cmp ah, 0x86
        je .wait
        cmp ah, 0x87
        je .move
        cmp ah, 0x88
        je .above
        cmp ah, 0xC1
        je .ebda
.no:    mov ah, 0x86
        jmp bad

.ranges:
        cmp edx, 0x534D4150             ; 'SMAP'
        jne .no
        cmp ecx, 20
        jb .no
        push ds
        push si
        call to_ebda
        movzx eax, word [EBDA_COUNT]
        cmp ebx, eax
        jae .beyond
        push di
        imul si, bx, 20
        add si, EBDA_RANGES
        mov cx, 10
        cld
        rep movsw
        pop di
        mov ecx, 20
        inc ebx
        cmp ebx, eax
        jb .more
        xor ebx, ebx
.more:  mov eax, edx
        pop si
        pop ds
        jmp good
.beyond:
        pop si
        pop ds
        jmp .no

.sizes: push ds
        call to_ebda
        mov ax, [EBDA_LOW]
        mov bx, [EBDA_HIGH]
        mov cx, ax
        mov dx, bx
        pop ds
        jmp good

.above: push ds
        call to_ebda
        mov ax, [EBDA_KIB]
        pop ds
        jmp good

.ebda:  push ds
        push 0
        pop ds
        mov es, [BDA_EBDA]
        pop ds
        jmp good

.a20:   cmp al, 1
        jb .a20off
        je .a20on
        cmp al, 2
        je .a20get
        cmp al, 3
        jne .no
        mov bx, 2                       ; by port 92
        mov ah, 0
        jmp good
.a20off:
        in al, 0x92
        and al, 0xFC
        out 0x92, al
        mov ax, 0x2400 & 0x00FF
        jmp good
.a20on: in al, 0x92
        or al, 2
        and al, 0xFE
        out 0x92, al
        mov ax, 1
        jmp good
.a20get:
        in al, 0x92
        shr al, 1
        and ax, 1
        jmp good

; cx:dx microseconds, counted by the 8254
.wait:  pushad
        mov ax, cx
        shl eax, 16
        mov ax, dx
        mov ebx, 1193182
        mul ebx
        mov ebx, 1000000
        cmp edx, ebx
        jb .fits
        mov edx, 999999
.fits:  div ebx
        mov ebx, eax                    ; ticks to go
        call counter
        mov si, ax
.spin:  call counter
        xchg si, ax
        sub ax, si                      ; it counts down
        movzx eax, ax
        sub ebx, eax
        ja .spin
        popad
        mov ah, 0
        jmp good

; cx words from the third to the fourth descriptor of es:si
.move:  pushad
        push ds
        push es
        mov ax, es
        mov ds, ax
        movzx eax, ax
        shl eax, 4
        movzx ebx, si
        add eax, ebx                    ; the table
        mov word [si + 8], 47
        mov [si + 10], eax
        mov dword [si + 0x20], 0x0000FFFF       ; code: this segment
        mov dword [si + 0x24], 0x00009B0F
        mov eax, ss                     ; stack: the caller's
        and eax, 0xFFFF
        shl eax, 4
        mov word [si + 0x28], 0xFFFF
        mov [si + 0x2A], eax
        mov word [si + 0x2D], 0x0093
        mov byte [si + 0x2F], 0
        ror eax, 16
        mov [si + 0x2C], al
        pushf
        cli
        o32 lgdt [si + 8]
        mov bx, ss
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp 0x20:.there
.there: mov ax, 0x28
        mov ss, ax
        mov ax, 0x10
        mov ds, ax
        mov ax, 0x18
        mov es, ax
        xor si, si
        xor di, di
        cld
        rep movsw
        mov ax, 0x28                    ; limits that real mode wants
        mov ds, ax
        mov es, ax
        mov eax, cr0
        and al, 0xFE
        mov cr0, eax
        jmp 0xF000:.back
.back:  mov ss, bx
        popf
        pop es
        pop ds
        popad
        mov ah, 0
        jmp good

to_ebda:
        push 0
        pop ds
        mov ds, [BDA_EBDA]
        ret

; the 8254's counter 0
counter:
        mov al, 0
        out 0x43, al
        in al, 0x40
        mov ah, al
        in al, 0x40
        xchg al, ah
        ret

; ---- INT 16h: keys come in on COM1 ---------------------------------------------------------------
keyboard:
        push ds
        push bx
        xor bx, bx
        mov ds, bx
        and ah, 0xEF                    ; 1xh as 0xh
        cmp ah, 1
        jb .read
        je .look
        cmp ah, 2
        jne .end
        mov al, 0
.end:   pop bx
        pop ds
        iret
.read:  call poll
        mov bx, [BDA_HEAD]
        cmp bx, [BDA_TAIL]
        jne .take
        sti
        hlt                             ; the clock wakes us
        jmp .read
.take:  mov ax, [bx + 0x400]
        call next
        mov [BDA_HEAD], bx
        jmp .end
.look:  call poll
        mov bx, [BDA_HEAD]
        cmp bx, [BDA_TAIL]
        je .none
        mov ax, [bx + 0x400]
        pop bx
        pop ds
        push bp
        mov bp, sp
        and byte [bp + 6], 0xBF         ; ZF clear: there is a key
        pop bp
        iret
.none:  pop bx
        pop ds
        push bp
        mov bp, sp
        or byte [bp + 6], 0x40
        pop bp
        iret

; Takes a byte from COM1 into the buffer; bx is changed.
poll:   push ax
        push cx
        push dx
        mov dx, [BDA_COM1]
        test dx, dx
        jz .none
        mov bx, [BDA_TAIL]
        mov cx, bx
        call next
        cmp bx, [BDA_HEAD]
        je .none                        ; full
        add dx, 5
        in al, dx
        test al, 1
        jz .none
        sub dx, 5
        in al, dx
        mov ah, 0
        xchg bx, cx
        mov [bx + 0x400], ax
        mov [BDA_TAIL], cx
.none:  pop dx
        pop cx
        pop ax
        ret

; bx to the next place of the ring
next:   add bx, 2
        cmp bx, BDA_KEYSEND - 0x400
        jb .in
        mov bx, BDA_KEYS - 0x400
.in:    ret

; ---- INT 1Ah -------------------------------------------------------------------------------------
clock:  cmp ah, 1
        jb .ticks
        je .set
        cmp ah, 2
        je .time
        cmp ah, 4
        je .date
        jmp bad
.ticks: push ds
        push 0
        pop ds
        cli
        mov dx, [BDA_TICKS]
        mov cx, [BDA_TICKS + 2]
        mov al, [BDA_MIDNITE]
        mov byte [BDA_MIDNITE], 0
        pop ds
        jmp good
.set:   push ds
        push 0
        pop ds
        cli
        mov [BDA_TICKS], dx
        mov [BDA_TICKS + 2], cx
        mov byte [BDA_MIDNITE], 0
        pop ds
        jmp good
.time:  push ax
        mov al, 4
        call cmos
        mov ch, al
        mov al, 2
        call cmos
        mov cl, al
        mov al, 0
        call cmos
        mov dh, al
        mov dl, 0
        pop ax
        mov ah, 0
        jmp good
.date:  push ax
        mov al, 0x32
        call cmos
        mov ch, al
        mov al, 9
        call cmos
        mov cl, al
        mov al, 8
        call cmos
        mov dh, al
        mov al, 7
        call cmos
        mov dl, al
        pop ax
        mov ah, 0
        jmp good

; CMOS byte al, not amid an update
cmos:   push cx
        mov ah, al
        xor cx, cx
.wait:  mov al, 0x0A
        out 0x70, al
        in al, 0x71
        test al, 0x80
        loopnz .wait
        mov al, ah
        out 0x70, al
        in al, 0x71
        pop cx
        ret

        times 0xFFF0 - ($ - $$) db 0
        jmp 0xF000:post
        times 0x10000 - ($ - $$) db 0
