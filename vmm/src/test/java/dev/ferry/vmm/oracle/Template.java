package dev.ferry.vmm.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A form of an instruction.
 *
 * <p>In {@link Templates} it is a line: opcode bytes in hex with mandatory prefixes, then any of
 *
 * <pre>
 *  /r        ModRM with any register; /0 to /7 ModRM with that extension
 *  +r        the opcode's low three bits are a register
 *  b v d q n operands of 8 bits; 16, 32 or 64; 32 or 64; as the stack has them; the longest
 *  m u       only memory, only registers, as what ModRM names
 *  x16 x8 x4 an XMM register, and one or that many bytes of memory
 *  p16 p8    an MMX register, likewise
 *  f4 f8 f2 f10 f28  that many bytes of memory, whatever the operand size
 *  ib iw iz iv  immediates; i5 a byte below the size in bits
 *  !OSZAPC   flags that are undefined after it
 *  ^adcb     registers that it changes beside those it names
 *  -64 +64   not in, only in 64-bit mode
 *  &#64;S &#64;D     wants singles, doubles to work on
 *  *2        twice as often
 *  lock      may have a LOCK prefix
 *  &lt;N &gt;N     x87: needs N registers filled; changes their number by N (&gt;-1)
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record Template(
        int[] opcode,
        int extension,
        boolean modrm,
        boolean inOpcode,
        char size,
        boolean memoryOnly,
        boolean registerOnly,
        char special,
        int specialBytes,
        String immediate,
        int undefined,
        String changes,
        boolean not64,
        boolean only64,
        char kind,
        int weight,
        boolean lock,
        int filled,
        int grows) {

    static Template parse(String line) {
        List<Integer> opcode = new ArrayList<>();
        int extension = -1;
        boolean modrm = false;
        boolean inOpcode = false;
        char size = ' ';
        boolean memoryOnly = false;
        boolean registerOnly = false;
        char special = ' ';
        int specialBytes = 0;
        String immediate = "";
        int undefined = 0;
        String changes = "";
        boolean not64 = false;
        boolean only64 = false;
        char kind = 'I';
        int weight = 1;
        boolean lock = false;
        int filled = -1;
        int grows = 0;
        for (String word : line.trim().split(" +", -1)) {
            char first = word.charAt(0);
            if (word.matches("[0-9A-F]{2}")) {
                opcode.add(Integer.parseInt(word, 16));
            } else if (word.equals("/r")) {
                modrm = true;
            } else if (first == '/') {
                modrm = true;
                extension = word.charAt(1) - '0';
            } else if (word.equals("+r")) {
                inOpcode = true;
            } else if (word.length() == 1 && "bvdqn".indexOf(first) >= 0) {
                size = first;
            } else if (word.equals("m")) {
                memoryOnly = true;
            } else if (word.equals("u")) {
                registerOnly = true;
            } else if (word.matches("[xpf]\\d+")) {
                special = first;
                specialBytes = Integer.parseInt(word.substring(1));
            } else if (word.matches("i[bwzv5]")) {
                immediate = word;
            } else if (first == '!') {
                undefined = flags(word);
            } else if (first == '^') {
                changes = word.substring(1);
            } else if (word.equals("-64")) {
                not64 = true;
            } else if (word.equals("+64")) {
                only64 = true;
            } else if (first == '@') {
                kind = word.charAt(1);
            } else if (first == '*') {
                weight = Integer.parseInt(word.substring(1));
            } else if (word.equals("lock")) {
                lock = true;
            } else if (first == '<') {
                filled = Integer.parseInt(word.substring(1));
            } else if (first == '>') {
                grows = Integer.parseInt(word.substring(1));
            } else {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "'%s' in '%s'", word, line));
            }
        }
        return new Template(
                opcode.stream().mapToInt(Integer::intValue).toArray(),
                extension,
                modrm,
                inOpcode,
                size,
                memoryOnly,
                registerOnly,
                special,
                specialBytes,
                immediate,
                undefined,
                changes,
                not64,
                only64,
                kind,
                weight,
                lock,
                filled,
                grows);
    }

    private static int flags(String word) {
        int mask = 0;
        for (char c : word.substring(1).toCharArray()) {
            mask |=
                    switch (c) {
                        case 'O' -> 0x800;
                        case 'S' -> 0x80;
                        case 'Z' -> 0x40;
                        case 'A' -> 0x10;
                        case 'P' -> 4;
                        case 'C' -> 1;
                        default -> throw new IllegalArgumentException(word);
                    };
        }
        return mask;
    }
}
