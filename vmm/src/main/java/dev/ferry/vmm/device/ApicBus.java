package dev.ferry.vmm.device;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What connects local APICs, I/O APICs and the 8259s: messages, end of interrupt, ExtINT. */
public final class ApicBus {

    static final int FIXED = 0;
    static final int LOWEST_PRIORITY = 1;
    static final int SMI = 2;
    static final int NMI = 4;
    static final int INIT = 5;
    static final int STARTUP = 6;
    static final int EXT_INT = 7;

    private final List<LocalApic> locals = new ArrayList<>();
    private final List<IoApic> ioApics = new ArrayList<>();
    private @Nullable PicPair pics;
    private boolean picLevel;

    /** No 8259s yet. */
    public ApicBus() {}

    void add(LocalApic apic) {
        locals.add(apic);
    }

    void add(IoApic apic) {
        ioApics.add(apic);
    }

    /** The 8259s; their output is {@link #picLine}. */
    public void pics(PicPair pair) {
        pics = pair;
    }

    /** Their output, which goes to LINT0 of every local APIC. */
    public void picLine(boolean level) {
        boolean rises = level && !picLevel;
        picLevel = level;
        for (LocalApic apic : locals) {
            if (rises || !level) {
                apic.picLine(level);
            } else {
                apic.update();
            }
        }
    }

    boolean picAsks() {
        PicPair pair = pics;
        return pair != null && pair.asks();
    }

    /**
     * The acknowledge cycle of a processor: its local APIC, then the 8259s.
     *
     * @return the vector, -1 if there is none after all
     */
    public int acknowledge(LocalApic apic) {
        int vector = apic.acknowledge();
        PicPair pair = pics;
        if (vector >= 0 || pair == null || !apic.acceptsPic()) {
            return vector;
        }
        vector = pair.acknowledge();
        apic.update();
        return vector;
    }

    /** The vector that the 8259s have for an ExtINT entry of an I/O APIC. */
    int externalVector() {
        PicPair pair = pics;
        return pair == null ? 0 : pair.acknowledge();
    }

    /** Sends a message. */
    void send(int destination, boolean logical, int mode, int vector, boolean level) {
        if (mode == LOWEST_PRIORITY) {
            LocalApic least = null;
            for (LocalApic apic : locals) {
                if (apic.matches(destination, logical)
                        && (least == null || apic.busy() < least.busy())) {
                    least = apic;
                }
            }
            if (least != null) {
                least.deliver(mode, vector, level);
            }
            return;
        }
        for (LocalApic apic : locals) {
            if (apic.matches(destination, logical)) {
                apic.deliver(mode, vector, level);
            }
        }
    }

    /** A message-signalled interrupt: a store to 0xfee00000 to 0xfeefffff. */
    public void message(long address, int data) {
        send(
                (int) (address >> 12) & 0xff,
                (address & 4) != 0,
                data >> 8 & 7,
                data & 0xff,
                (data & 0x8000) != 0);
    }

    /** A local APIC's interrupt command register was written. */
    void command(LocalApic from, int command, int destination) {
        int mode = command >> 8 & 7;
        int vector = command & 0xff;
        boolean level = (command & 0x8000) != 0;
        boolean assertion = (command & 0x4000) != 0;
        boolean logical = (command & 0x800) != 0;
        if (mode == INIT && level && !assertion) {
            for (LocalApic apic : locals) {
                apic.arbitrate();
            }
            return;
        }
        int shorthand = command >> 18 & 3;
        switch (shorthand) {
            case 0 -> send(destination, logical, mode, vector, level);
            case 1 -> from.deliver(mode, vector, level);
            default -> {
                for (LocalApic apic : locals) {
                    if (shorthand == 2 || apic != from) {
                        apic.deliver(mode, vector, level);
                    }
                }
            }
        }
    }

    void endOfInterrupt(int vector) {
        for (IoApic apic : ioApics) {
            apic.endOfInterrupt(vector);
        }
    }
}
