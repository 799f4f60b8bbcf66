; bootsector.asm - a disk of two sectors that asks the firmware for everything a small loader asks
; for, prints what it is told on COM1, one line each, and ends by isa-debug-exit.
; Build:  ./assemble      (exactly 1024 bytes)
; Use:    ferry run -drive file=bootsector.bin,format=raw -device isa-debug-exit -serial stdio
;
; Lines: START dl | B base KiB | X KiB above 1 MiB | E low high | M base length type ... | G sectors of
;        a track, last head | LBA second sector read again | T ticks go on | K no key | A20 state | END
;        or ERR and the step that failed

        bits 16
        org 0x7C00
start:  jmp 0:.here
.here:  mov ax, cs
        mov ds, ax
        mov es, ax
        mov [drive], dl
        mov si, m_start
        call print
        mov al, [drive]
        call hex8
        int 0x12
        mov si, m_base
        call show
        mov ah, 0x88
        int 0x15
        jc fail
        mov si, m_ext
        call show

        mov ah, 2                       ; the second sector, which has the rest
        mov al, 1
        mov cx, 2
        mov dh, 0
        mov dl, [drive]
        mov bx, second
        int 0x13
        jc fail
        jmp second

; ax behind the word at si
show:   push ax
        call print
        pop ax
        jmp hex16

print:  lodsb
        test al, al
        jz .end
        call putc
        jmp print
.end:   ret

putc:   push dx
        push ax
        mov dx, 0x3FD
.w:     in al, dx
        test al, 0x20
        jz .w
        mov dx, 0x3F8
        pop ax
        out dx, al
        pop dx
        ret

hex32:  push eax
        shr eax, 16
        call hex16
        pop eax
hex16:  push ax
        mov al, ah
        call hex8
        pop ax
hex8:   push ax
        shr al, 4
        call .digit
        pop ax
        push ax
        and al, 15
        call .digit
        pop ax
        ret
.digit: add al, '0'
        cmp al, '9'
        jbe putc
        add al, 39
        jmp putc

fail:   mov si, m_fail
        call print
        mov ax, [step]
        call hex16
        mov al, 0x11
exit:   mov dx, 0x501
        out dx, al
        cli
        hlt

drive   db 0
step    dw 0
m_start db "START ", 0
m_base  db 10, "B ", 0
m_ext   db 10, "X ", 0
m_fail  db 10, "ERR ", 0
        times 510 - ($ - $$) db 0
        dw 0xAA55

second:
        inc word [step]
        mov ax, 0xE801
        int 0x15
        jc fail
        mov si, m_e801
        call show
        mov al, ' '
        call putc
        mov ax, bx
        call hex16

        inc word [step]
        xor ebx, ebx
.map:   mov di, 0x600
        mov eax, 0xE820
        mov edx, 0x534D4150
        mov ecx, 20
        int 0x15
        jc fail
        cmp eax, 0x534D4150
        jne fail
        mov si, m_map
        call print
        mov eax, [0x604]
        call hex32
        mov eax, [0x600]
        call hex32
        mov al, ' '
        call putc
        mov eax, [0x60C]
        call hex32
        mov eax, [0x608]
        call hex32
        mov al, ' '
        call putc
        mov al, [0x610]
        call hex8
        test ebx, ebx
        jnz .map

        inc word [step]
        mov ah, 8
        mov dl, [drive]
        xor di, di
        int 0x13
        jc fail
        push ds
        pop es
        mov si, m_geo
        mov al, dh
        mov ah, cl
        and ah, 63
        call show

        inc word [step]
        mov ah, 0x42
        mov dl, [drive]
        mov si, packet
        int 0x13
        jc fail
        xor ax, ax
        mov si, 0x1000
        mov cx, 256
.sum:   add ax, [si]
        add si, 2
        loop .sum
        mov bx, ax
        xor ax, ax
        mov si, second
        mov cx, 256
.sum2:  add ax, [si]
        add si, 2
        loop .sum2
        mov si, m_lba
        cmp ax, bx
        jne fail
        call print

        inc word [step]
        mov ah, 0
        int 0x1A
        mov bx, dx
        sti
.tick:  hlt
        mov ah, 0
        int 0x1A
        cmp dx, bx
        je .tick
        mov si, m_tick
        call print

        inc word [step]
        mov ah, 1
        int 0x16
        jnz fail
        mov si, m_key
        call print

        inc word [step]
        mov ax, 0x2402
        int 0x15
        jc fail
        mov si, m_a20
        mov ah, 0
        call show

        inc word [step]
        mov ah, 0x86                    ; 10 ms
        xor cx, cx
        mov dx, 10000
        int 0x15
        jc fail
        mov si, m_end
        call print
        mov al, 0x20
        jmp exit

packet  db 16, 0
        dw 1, 0x1000, 0
        dq 1
m_e801  db 10, "E ", 0
m_map   db 10, "M ", 0
m_geo   db 10, "G ", 0
m_lba   db 10, "LBA", 0
m_tick  db 10, "T", 0
m_key   db 10, "K", 0
m_a20   db 10, "A20 ", 0
m_end   db 10, "END", 10, 0
        times 1024 - ($ - $$) db 0
