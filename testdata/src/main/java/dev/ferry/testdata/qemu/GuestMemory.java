package dev.ferry.testdata.qemu;

import dev.ferry.testdata.RamBlockTruth;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory of a running QEMU's guest. Stop the guest first, or what is read is no single moment.
 *
 * <p>A block is read from the process itself, which the kernel allows for a child of this JVM
 * unless it is told to be strict; a physical range is read by QEMU.
 */
public final class GuestMemory {
    private static final Pattern BLOCK =
            Pattern.compile(
                    "(?m)^ *(\\S+) +\\d+ [KMG]iB +0x\\p{XDigit}+ 0x(\\p{XDigit}+) 0x(\\p{XDigit}+)"
                            + "(?: 0x(\\p{XDigit}+)  r[ow])?$");
    private static final int PIECE = 1 << 20;

    private final QmpClient qmp;
    private final Path process;
    private final Path scratch;

    GuestMemory(QmpClient qmp, long pid, Path scratch) {
        this.qmp = qmp;
        process = Path.of("/proc", Long.toString(pid), "mem");
        this.scratch = scratch;
    }

    /** Every RAM block, in QEMU's order. */
    public List<RamBlock> blocks() throws IOException {
        List<RamBlock> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(qmp.human("info ramblock"));
        while (block.find()) {
            blocks.add(
                    new RamBlock(
                            block.group(1),
                            Long.parseUnsignedLong(block.group(2), 16),
                            Long.parseUnsignedLong(block.group(3), 16),
                            block.group(4) == null
                                    ? OptionalLong.empty()
                                    : OptionalLong.of(Long.parseUnsignedLong(block.group(4), 16))));
        }
        return blocks.stream().allMatch(found -> found.hostAddress().isPresent())
                ? List.copyOf(blocks)
                : HostAddresses.of(qmp, scratch.resolve(HostAddresses.ALLOCATIONS)).locate(blocks);
    }

    /** Whether {@link #read} works: the block has an address, and this JVM may read the process. */
    public boolean isReadable(RamBlock block) {
        return block.hostAddress().isPresent() && Files.isReadable(process);
    }

    /**
     * Some bytes of a block.
     *
     * @throws IOException if the process may not be read
     * @throws IllegalArgumentException if the block's address is not known
     */
    public byte[] read(RamBlock block, long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        try (FileChannel memory = FileChannel.open(process, StandardOpenOption.READ)) {
            fill(buffer, memory, address(block) + offset);
        }
        return buffer.array();
    }

    /** Lower-case hex SHA-256 of the used length of a block. */
    public String sha256(RamBlock block) throws IOException {
        Sha256 digest = new Sha256();
        try (FileChannel memory = FileChannel.open(process, StandardOpenOption.READ)) {
            ByteBuffer piece = ByteBuffer.allocate(PIECE);
            for (long done = 0; done < block.used(); done += piece.limit()) {
                piece.clear().limit((int) Math.min(PIECE, block.used() - done));
                fill(piece, memory, address(block) + done);
                digest.update(piece.flip());
            }
        }
        return digest.hex();
    }

    /** A guest-physical range as QEMU's {@code pmemsave} writes it. */
    public byte[] physical(long address, long length) throws IOException {
        Path file = scratch.resolve("pmemsave");
        qmp.execute(
                "pmemsave", Map.of("val", address, "size", length, "filename", file.toString()));
        try {
            return Files.readAllBytes(file);
        } finally {
            Files.delete(file);
        }
    }

    /** The digest of each block that can be read, by its name. */
    public Map<String, String> digests() throws IOException {
        Map<String, String> digests = new LinkedHashMap<>();
        for (RamBlock block : blocks()) {
            if (isReadable(block)) {
                digests.put(block.idstr(), sha256(block));
            }
        }
        return digests;
    }

    /** Compares every block with the truth about it. */
    public RamComparison compare(List<RamBlockTruth> truths) throws IOException {
        List<RamBlock> blocks = blocks();
        List<String> equal = new ArrayList<>();
        List<String> different = new ArrayList<>();
        List<String> unreachable = new ArrayList<>();
        for (RamBlockTruth truth : truths) {
            RamBlock block =
                    blocks.stream()
                            .filter(candidate -> candidate.idstr().equals(truth.idstr()))
                            .findFirst()
                            .orElse(null);
            if (block == null || block.used() != truth.used()) {
                different.add(truth.idstr());
            } else if (!isReadable(block)) {
                unreachable.add(truth.idstr());
            } else if (sha256(block).equals(truth.sha256())) {
                equal.add(truth.idstr());
            } else {
                different.add(truth.idstr());
            }
        }
        return new RamComparison(equal, different, unreachable);
    }

    private static long address(RamBlock block) {
        return block.hostAddress()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                block.idstr() + " has no address in the process"));
    }

    private static void fill(ByteBuffer buffer, FileChannel memory, long address)
            throws IOException {
        while (buffer.hasRemaining()) {
            if (memory.read(buffer, address + buffer.position()) < 0) {
                throw new EOFException("process memory ends at 0x" + Long.toHexString(address));
            }
        }
    }
}
