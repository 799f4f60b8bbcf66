package dev.ferry.vmm.oracle;

import java.util.ArrayList;
import java.util.List;

/**
 * The instructions that are tried; how a line is read is told at {@link Template}. FSQRT comes with
 * FTST, because QEMU sets C2 for the root of a negative number, and so does FPREM1, whose quotient
 * QEMU 7.2 does not round.
 */
final class Templates {

    private static final String INTEGER =
            """
            F6 /0 ib b !A
            F7 /0 iz v !A
            84 /r b !A
            85 /r v !A
            A8 ib b !A
            A9 iz v !A
            FE /0 b lock
            FF /0 v lock
            FE /1 b lock
            FF /1 v lock
            F6 /2 b lock
            F7 /2 v lock
            F6 /3 b lock
            F7 /3 v lock
            F6 /4 b !SZAP ^a
            F7 /4 v !SZAP ^ad
            F6 /5 b !SZAP ^a
            F7 /5 v !SZAP ^ad
            F6 /6 b !OSZAPC ^a
            F7 /6 v !OSZAPC ^ad
            F6 /7 b !OSZAPC ^a
            F7 /7 v !OSZAPC ^ad
            0F AF /r v !SZAP *2
            69 /r iz v !SZAP
            6B /r ib v !SZAP
            88 /r b
            89 /r v *2
            8A /r b
            8B /r v *2
            C6 /0 ib b
            C7 /0 iz v
            B0 +r ib b
            B8 +r iv v
            0F B6 /r v
            0F B7 /r v
            0F BE /r v
            0F BF /r v
            63 /r v +64
            86 /r b lock
            87 /r v lock
            90 +r v ^a
            0F C0 /r b lock
            0F C1 /r v lock
            0F B0 /r b ^a lock
            0F B1 /r v ^a lock
            0F C7 /1 d m ^ad lock
            0F C8 +r d
            8D /r m v *2
            D0 /0 b
            D1 /0 v
            D0 /1 b
            D1 /1 v
            D0 /2 b
            D1 /2 v
            D0 /3 b
            D1 /3 v
            D0 /4 b !A
            D1 /4 v !A
            D0 /5 b !A
            D1 /5 v !A
            D0 /7 b !A
            D1 /7 v !A
            C0 /0 ib b !O
            C1 /0 ib v !O
            C0 /1 ib b !O
            C1 /1 ib v !O
            C0 /2 ib b !O
            C1 /2 ib v !O
            C0 /3 ib b !O
            C1 /3 ib v !O
            C0 /4 ib b !OAC
            C1 /4 ib v !OAC
            C1 /4 ib d !OA
            C0 /5 ib b !OAC
            C1 /5 ib v !OAC
            C1 /5 ib d !OA
            C0 /7 ib b !OAC
            C1 /7 ib v !OAC
            C1 /7 ib d !OA
            D2 /0 b !O
            D3 /0 v !O
            D2 /1 b !O
            D3 /1 v !O
            D2 /2 b !O
            D3 /2 v !O
            D2 /3 b !O
            D3 /3 v !O
            D2 /4 b !OAC
            D3 /4 d !OA
            D2 /5 b !OAC
            D3 /5 d !OA
            D2 /7 b !OAC
            D3 /7 d !OA
            0F A4 /r i5 v !OA
            0F AC /r i5 v !OA
            0F A5 /r d !OA
            0F AD /r d !OA
            0F A3 /r u v !OSAP
            0F AB /r u v !OSAP
            0F B3 /r u v !OSAP
            0F BB /r u v !OSAP
            0F BA /4 ib v !OSAP
            0F BA /5 ib v !OSAP lock
            0F BA /6 ib v !OSAP lock
            0F BA /7 ib v !OSAP lock
            0F BC /r n !OSAPC
            0F BD /r n !OSAPC
            F3 0F B8 /r v
            0F 38 F0 /r m v
            0F 38 F1 /r m v
            0F C3 /r m f4
            98 v ^a
            99 v ^d
            9F ^a
            9E
            F5
            F8
            F9
            FC
            FD
            27 !O ^a -64
            2F !O ^a -64
            37 !OSZP ^a -64
            3F !OSZP ^a -64
            D4 ib !OAC ^a -64
            D5 ib !OAC ^a -64
            50 +r q
            58 +r q
            68 iz q
            6A ib q
            FF /6 q
            8F /0 q
            9C q
            60 v -64
            61 v ^abcdspi -64
            0F 1F /0 v
            90
            """;

    private static final String PACKED =
            """
            0F FC FD FE D4 F8 F9 FA FB E0 E3 F6 EC ED DC DD E8 E9 D8 D9 74 75 76 64 65 66
            0F DA DE EA EE D5 E5 E4 F4 F5 DB DF EB EF 63 67 6B 60 61 62 68 69 6A D1 E1 F1 D2 E2 F2 D3 F3
            """;

    private static final String SSE =
            """
            66 0F 6C /r x16
            66 0F 6D /r x16
            66 0F 70 /r ib x16
            F3 0F 70 /r ib x16
            F2 0F 70 /r ib x16
            0F C6 /r ib x16
            66 0F C6 /r ib x16
            0F 14 /r x16
            0F 15 /r x16
            66 0F 14 /r x16
            66 0F 15 /r x16
            0F 54 /r x16
            66 0F 55 /r x16
            0F 56 /r x16
            66 0F 57 /r x16
            0F 28 /r x16
            0F 29 /r x16
            66 0F 28 /r x16
            0F 10 /r x16
            0F 11 /r x16
            66 0F 6F /r x16
            66 0F 7F /r x16
            F3 0F 6F /r x16
            F3 0F 7F /r x16
            F3 0F 10 /r x4
            F3 0F 11 /r x4
            F2 0F 10 /r x8
            F2 0F 11 /r x8
            F3 0F 7E /r x8
            66 0F D6 /r x8
            0F 12 /r x8
            0F 13 /r m x8
            0F 16 /r x8
            0F 17 /r m x8
            66 0F 12 /r m x8
            66 0F 16 /r m x8
            66 0F 13 /r m x8
            66 0F 17 /r m x8
            F3 0F 12 /r x16
            F3 0F 16 /r x16
            F2 0F 12 /r x8
            F2 0F F0 /r m x16
            66 0F E7 /r m x16
            0F 2B /r m x16
            0F 50 /r u x16 ^n
            66 0F 50 /r u x16 ^n
            66 0F D7 /r u x16 ^n
            66 0F C5 /r ib u x16 ^n
            66 0F C4 /r ib u x16
            66 0F 71 /2 ib u x16
            66 0F 71 /4 ib u x16
            66 0F 71 /6 ib u x16
            66 0F 72 /2 ib u x16
            66 0F 72 /4 ib u x16
            66 0F 72 /6 ib u x16
            66 0F 73 /2 ib u x16
            66 0F 73 /3 ib u x16
            66 0F 73 /6 ib u x16
            66 0F 73 /7 ib u x16
            66 0F 6E /r f4
            66 0F 7E /r f4
            """;

    /** Opcodes with a row for singles (with F3 for scalar) and one for doubles (66, F2). */
    private static final int[] ARITHMETIC = {0x51, 0x58, 0x59, 0x5c, 0x5d, 0x5e, 0x5f};

    private static final String FLOAT =
            """
            0F C2 /r ib x16 @S
            F3 0F C2 /r ib x4 @S
            66 0F C2 /r ib x16 @D
            F2 0F C2 /r ib x8 @D
            0F 2E /r x4 @S
            0F 2F /r x4 @S
            66 0F 2E /r x8 @D
            66 0F 2F /r x8 @D
            66 0F 5B /r x16 @S
            F3 0F 5B /r x16 @S
            0F 5B /r x16 @S
            F3 0F E6 /r x8 @D
            66 0F E6 /r x16 @D
            F2 0F E6 /r x16 @D
            F3 0F 2A /r f4 @S
            F2 0F 2A /r f4 @D
            F3 0F 2C /r x4 ^n @S
            F3 0F 2D /r x4 ^n @S
            F2 0F 2C /r x8 ^n @D
            F2 0F 2D /r x8 ^n @D
            66 0F 5A /r x16 @D
            0F 5A /r x8 @S
            F2 0F 5A /r x8 @D
            F3 0F 5A /r x4 @S
            66 0F 7C /r x16 @D
            F2 0F 7C /r x16 @S
            66 0F 7D /r x16 @D
            F2 0F 7D /r x16 @S
            66 0F D0 /r x16 @D
            F2 0F D0 /r x16 @S
            0F 28 /r x16 @S
            66 0F 28 /r x16 @D
            0F C6 /r ib x16 @S
            66 0F C6 /r ib x16 @D
            """;

    private static final String X87 =
            """
            D9 /0 m f4 @F <0 >1
            DD /0 m f8 @F <0 >1
            DB /5 m f10 @F <0 >1
            DF /0 m f2 @F <0 >1
            DB /0 m f4 @F <0 >1
            DF /5 m f8 @F <0 >1
            D9 /2 m f4 @F <1
            DD /2 m f8 @F <1
            D9 /3 m f4 @F <1 >-1
            DD /3 m f8 @F <1 >-1
            DB /7 m f10 @F <1 >-1
            DF /2 m f2 @F <1
            DB /2 m f4 @F <1
            DF /3 m f2 @F <1 >-1
            DB /3 m f4 @F <1 >-1
            DF /7 m f8 @F <1 >-1
            DF /1 m f2 @F <1 >-1
            DB /1 m f4 @F <1 >-1
            DD /1 m f8 @F <1 >-1
            DF /6 m f10 @F <1 >-1
            D9 /7 m f2 @F <0
            D9 E0 @F <1
            D9 E1 @F <1
            D9 E4 @F <1
            D9 E5 @F <0
            D9 E8 @F <0 >1
            D9 E9 @F <0 >1
            D9 EA @F <0 >1
            D9 EB @F <0 >1
            D9 EC @F <0 >1
            D9 ED @F <0 >1
            D9 EE @F <0 >1
            D9 F4 @F <1 >1
            D9 F5 D9 E4 @F <2
            D9 F8 @F <2
            D9 FA D9 E4 @F <1 *2
            D9 FC @F <1 *2
            D9 FD @F <2
            DE D9 @F <2 >-2
            DA E9 @F <2 >-2
            DB E2 @F <0
            """;

    static final List<Template> ALL = all();

    private Templates() {}

    private static List<Template> all() {
        List<String> lines = new ArrayList<>();
        for (int k = 0; k < 8; k++) {
            // OR, AND and XOR leave the auxiliary carry undefined.
            String flags = k == 1 || k == 4 || k == 6 ? " !A" : "";
            String lock = k == 7 ? "" : " lock";
            lines.add("%02X /r b%s%s".formatted(8 * k, flags, lock));
            lines.add("%02X /r v *2%s%s".formatted(8 * k + 1, flags, lock));
            lines.add("%02X /r b%s".formatted(8 * k + 2, flags));
            lines.add("%02X /r v *2%s".formatted(8 * k + 3, flags));
            lines.add("%02X ib b ^a%s".formatted(8 * k + 4, flags));
            lines.add("%02X iz v ^a%s".formatted(8 * k + 5, flags));
            lines.add("80 /%d ib b%s%s".formatted(k, flags, lock));
            lines.add("81 /%d iz v%s%s".formatted(k, flags, lock));
            lines.add("83 /%d ib v%s%s".formatted(k, flags, lock));
        }
        for (int condition = 0; condition < 16; condition++) {
            lines.add("0F %02X /0 b".formatted(0x90 + condition));
            lines.add("0F %02X /r v".formatted(0x40 + condition));
        }
        for (int k = 0; k < 8; k++) {
            lines.add(
                    "%02X +r v -64"
                            .formatted(0x40 + k)
                            .replace("+r ", "^" + "acdbkpsi".charAt(k) + " "));
            lines.add(
                    "%02X +r v -64"
                            .formatted(0x48 + k)
                            .replace("+r ", "^" + "acdbkpsi".charAt(k) + " "));
        }
        lines.addAll(INTEGER.lines().toList());
        for (String line : PACKED.lines().toList()) {
            for (String opcode : line.substring(3).split(" ", -1)) {
                lines.add("66 0F " + opcode + " /r x16");
                lines.add("0F " + opcode + " /r p8 @M");
            }
        }
        lines.addAll(SSE.lines().toList());
        for (int opcode : ARITHMETIC) {
            lines.add("0F %02X /r x16 @S *2".formatted(opcode));
            lines.add("F3 0F %02X /r x4 @S *2".formatted(opcode));
            lines.add("66 0F %02X /r x16 @D *2".formatted(opcode));
            lines.add("F2 0F %02X /r x8 @D *2".formatted(opcode));
        }
        lines.addAll(FLOAT.lines().toList());
        lines.addAll(X87.lines().toList());
        for (int which = 0; which < 8; which++) {
            String pop = which == 3 ? " >-1" : "";
            lines.add("D8 /%d m f4 @F <1%s".formatted(which, pop));
            lines.add("DC /%d m f8 @F <1%s".formatted(which, pop));
            lines.add("DA /%d m f4 @F <1%s".formatted(which, pop));
            lines.add("DE /%d m f2 @F <1%s".formatted(which, pop));
            for (int i = 0; i < 3; i++) {
                int modrm = 0xc0 + 8 * which + i;
                String filled = " @F <" + (i + 1);
                lines.add("D8 %02X%s%s".formatted(modrm, filled, pop));
                if (which != 2 && which != 3) {
                    lines.add("DC %02X%s".formatted(modrm, filled));
                    if (i > 0) {
                        lines.add("DE %02X%s >-1".formatted(modrm, filled));
                    }
                }
                if (which < 4) {
                    lines.add("DA %02X%s".formatted(modrm, filled));
                    lines.add("DB %02X%s".formatted(modrm, filled));
                }
            }
        }
        for (int i = 0; i < 3; i++) {
            String filled = " @F <" + (i + 1);
            lines.add("D9 %02X%s >1".formatted(0xc0 + i, filled));
            lines.add("D9 %02X%s".formatted(0xc8 + i, filled));
            lines.add("DD %02X%s".formatted(0xd0 + i, filled));
            lines.add("DD %02X%s >-1".formatted(0xd9 + i, " @F <" + (i + 2)));
            lines.add("DD %02X%s".formatted(0xe0 + i, filled));
            lines.add("DD %02X%s >-1".formatted(0xe8 + i, filled));
            lines.add("DB %02X%s".formatted(0xe8 + i, filled));
            lines.add("DB %02X%s".formatted(0xf0 + i, filled));
            lines.add("DF %02X%s >-1".formatted(0xe8 + i, filled));
            lines.add("DF %02X%s >-1".formatted(0xf0 + i, filled));
        }
        return lines.stream().map(Template::parse).toList();
    }
}
