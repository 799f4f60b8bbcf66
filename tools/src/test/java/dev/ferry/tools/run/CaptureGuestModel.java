package dev.ferry.tools.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.qemu.PageMix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the capture guest's memory holds after so many passes, by the algorithm that its source
 * documents ({@code guests/capguest.asm}): the pages it filled at first, and the bytes that each
 * pass adds one to. Everything else that it writes is in its state page, with its stack.
 */
final class CaptureGuestModel {

    private static final int PAGE = 4096;
    private static final int FLAG_CPUS = 1;
    private static final int FLAG_SCATTERED = 2;
    private static final int SCATTERED = 16;
    private static final int STRIDE = 257;

    private static final int PASS = 0;
    private static final int LETTER = 0x10;

    /** Guest-physical memory of a guest that stands still. */
    @FunctionalInterface
    interface Memory {
        byte[] read(long gpa, int length);
    }

    private final int seed;
    private final int fillStart;
    private final int fillEnd;
    private final int dirtyStart;
    private final int dirtyEnd;
    private final int period;
    private final int flags;
    private final int statePage;
    private final int cpus;

    CaptureGuestModel(Fixture fixture, int cpus) {
        JsonNode parameters = fixture.metadata().required("guest_parameters");
        seed = parameters.required("seed").asInt();
        fillStart = parameters.required("fill_start").asInt();
        fillEnd = parameters.required("fill_end").asInt();
        dirtyStart = parameters.required("dirty_start").asInt();
        dirtyEnd = dirtyStart + parameters.required("dirty_len").asInt();
        period = parameters.required("period").asInt();
        flags = parameters.required("flags").asInt();
        statePage = parameters.required("state_page").asInt();
        this.cpus = cpus;
    }

    /** Complete passes up to now. */
    long passes(Memory memory) {
        return word(memory, statePage + PASS);
    }

    /** The letter it prints next. */
    char nextLetter(Memory memory) {
        return (char) word(memory, statePage + LETTER);
    }

    /**
     * Whether this is the letter to come after so many passes. Between a pass and its letter the
     * guest may stand, too.
     */
    boolean isNext(char letter, long passes) {
        return letter == letterAfter(passes)
                || (passes % period == 0 && letter == letterAfter(passes - 1));
    }

    private char letterAfter(long passes) {
        return (char) ('A' + passes / period % 26);
    }

    private static long word(Memory memory, long gpa) {
        byte[] bytes = memory.read(gpa, 4);
        long value = 0;
        for (int i = 3; i >= 0; i--) {
            value = (value << 8) | (bytes[i] & 0xff);
        }
        return value;
    }

    /**
     * Compares all RAM but the guest's own state with the model. The guest may stand in the midst
     * of a pass: then the pages up to some page have had it, and those behind have not.
     *
     * @param bytes of RAM from 0 on
     * @return what is wrong; empty if nothing is
     */
    List<String> differences(Memory memory, long bytes) {
        long passes = passes(memory);
        List<String> differences = new ArrayList<>();
        boolean ahead = true;
        int inTheMidst = 0;
        for (long page = 0; page < bytes; page += PAGE) {
            if (isState(page)) {
                continue;
            }
            byte[] found = memory.read(page, (int) Math.min(PAGE, bytes - page));
            byte[] before = Arrays.copyOf(page((int) page, passes), found.length);
            if (page < dirtyStart || page >= dirtyEnd) {
                if (!Arrays.equals(before, found)) {
                    differences.add(difference(page, before, found));
                }
                continue;
            }
            byte[] after = page((int) page, passes + 1);
            if (ahead && Arrays.equals(after, found)) {
                continue;
            }
            if (ahead
                    && !Arrays.equals(before, found)
                    && inTheMidst++ == 0
                    && between(before, after, found)) {
                ahead = false;
                continue;
            }
            ahead = false;
            if (!Arrays.equals(before, found)) {
                differences.add(difference(page, before, found));
            }
        }
        return differences;
    }

    /** Whether each byte is as before or as after: the page that is being worked on. */
    private static boolean between(byte[] before, byte[] after, byte[] found) {
        for (int i = 0; i < found.length; i++) {
            if (found[i] != before[i] && found[i] != after[i]) {
                return false;
            }
        }
        return true;
    }

    private static String difference(long page, byte[] expected, byte[] found) {
        int at = Arrays.mismatch(expected, found);
        return "0x%x: expected %02x, found %02x"
                .formatted(page + at, expected[at] & 0xff, found[at] & 0xff);
    }

    /** Whether the guest goes on changing that page. */
    boolean changes(long page) {
        return isState(page) || (page >= dirtyStart && page < dirtyEnd);
    }

    private boolean isState(long page) {
        int pages = (flags & FLAG_CPUS) != 0 ? cpus : 1;
        return page >= statePage && page < statePage + (long) pages * PAGE;
    }

    private byte[] page(int address, long passes) {
        byte[] page =
                address >= fillStart && address < fillEnd
                        ? new PageMix(seed).pages(address / PAGE, 1)
                        : new byte[PAGE];
        if (address < dirtyStart || address >= dirtyEnd) {
            return page;
        }
        int first = address / PAGE * 8;
        int places = (flags & FLAG_SCATTERED) != 0 ? SCATTERED : 1;
        // Every place comes again after a page's length of passes.
        long rounds = passes / PAGE;
        int rest = (int) (passes % PAGE);
        for (int pass = 0; pass < PAGE; pass++) {
            long times = rounds + (pass < rest ? 1 : 0);
            for (int i = 0; times > 0 && i < places; i++) {
                page[(first + pass + i * STRIDE) & (PAGE - 1)] += (byte) times;
            }
        }
        return page;
    }
}
