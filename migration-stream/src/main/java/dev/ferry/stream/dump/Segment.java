package dev.ferry.stream.dump;

/**
 * A segment register, or a table register.
 *
 * @param selector as the guest sees it
 * @param base linear address
 * @param limit in bytes
 * @param flags attributes where the descriptor's high word has them: type in bits 8 to 11, S 12,
 *     DPL 13 to 14, P 15, AVL 20, L 21, D/B 22, G 23
 */
public record Segment(long selector, long base, long limit, long flags) {

    static final Segment NONE = new Segment(0, 0, 0, 0);
}
