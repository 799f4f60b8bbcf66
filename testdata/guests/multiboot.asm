; multiboot.asm - a Multiboot kernel that loads itself to 1 MiB, checks the state it is started in,
; prints what it is told on COM1, one line each, and ends by isa-debug-exit.
; Build:  ./assemble
; Use:    ferry run -kernel multiboot.bin -append 'a=b' -initrd 'FILE text' -device isa-debug-exit
;
; Lines: MB | L lower KiB | U upper KiB | C command line | N module text, its first four bytes | END

        bits 32
        org 0x100000
image:
        jmp start
align 4
header: dd 0x1BADB002
        dd 0x10003
        dd -(0x1BADB002 + 0x10003)
        dd header, image, image_end, bss_end, start

start:  cmp eax, 0x2BADB002
        jne fail
        mov esp, bss_end
        mov eax, cr0
        test eax, 0x80000000
        jnz fail
        test al, 1
        jz fail
        pushfd
        pop eax
        test eax, 0x20200               ; IF, VM
        jnz fail
        mov esi, m_hello
        call print
        mov esi, m_lower
        mov eax, [ebx + 4]
        call show
        mov esi, m_upper
        mov eax, [ebx + 8]
        call show
        mov esi, m_line
        call print
        mov esi, [ebx + 16]
        call print
        mov ecx, [ebx + 20]
        mov edi, [ebx + 24]
.next:  jecxz .end
        mov esi, m_module
        call print
        mov esi, [edi + 8]
        call print
        mov esi, m_blank
        mov eax, [edi]
        mov eax, [eax]
        call show
        add edi, 16
        dec ecx
        jmp .next
.end:   cmp dword [bss], 0
        jne fail
        mov dword [0x200000], 0x12345678        ; A20 is open
        cmp dword [0x300000], 0x12345678
        je fail
        mov esi, m_end
        call print
        mov al, 0x20
exit:   mov dx, 0x501
        out dx, al
        cli
        hlt

fail:   mov esi, m_fail
        call print
        mov al, 0x11
        jmp exit

show:   push eax
        call print
        pop eax
        mov edx, 8
.h:     rol eax, 4
        push eax
        and al, 15
        add al, '0'
        cmp al, '9'
        jbe .o
        add al, 39
.o:     call putc
        pop eax
        dec edx
        jnz .h
        ret

print:  lodsb
        test al, al
        jz .end
        call putc
        jmp print
.end:   ret

putc:   push edx
        push eax
        mov dx, 0x3FD
.w:     in al, dx
        test al, 0x20
        jz .w
        mov dx, 0x3F8
        pop eax
        out dx, al
        pop edx
        ret

m_hello  db "MB", 0
m_lower  db 10, "L ", 0
m_upper  db 10, "U ", 0
m_line   db 10, "C ", 0
m_module db 10, "N ", 0
m_blank  db " ", 0
m_end    db 10, "END", 10, 0
m_fail   db 10, "ERR", 10, 0
image_end:
bss     equ image_end
bss_end equ image_end + 4096
