package dev.ferry.stream;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.ConfigurationSubsection;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.live.LiveListener;
import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.MappedRamBitmap;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamSectionWriter;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a migration and writes it again: every item is decoded to values and these are encoded. For
 * whatever can be read the bytes are the same; that they are is what shows that nothing on the wire
 * is lost on the way through the decoders and encoders.
 *
 * <pre>{@code
 * try (StreamRecoder recoder = new StreamRecoder(main, out, ReaderOptions.DEFAULT)) {
 *     recoder.channel(preempt, preemptOut);
 *     List<StreamRecoder.Kept> kept = recoder.run();
 * }
 * }</pre>
 *
 * What cannot be expressed in values is kept as it is, and reported: sections of unknown layout,
 * JSON that is not spaced as QEMU's, what trails the stream, and the last, incomplete record of a
 * channel that was cut before a postcopy recovery.
 *
 * <p>One thing is lost: what a mapped-ram file has between its parts, and in the places of pages
 * that its bitmap calls zero, is written as holes or zeros.
 *
 * <p>The input is read once, front to back, as far as {@link MigrationReader} does. Bodies are not
 * held in memory but for one device's at a time; packages of PACKAGED commands are held, on disk
 * when long. Multifd channels are read along but not written. For use by one thread.
 */
public final class StreamRecoder implements Closeable {

    /** Most entries of what {@link #run()} returns. */
    private static final int MAX_KEPT = 1000;

    /**
     * Something that was written as it was read.
     *
     * @param at offset in the channel
     * @param what it is
     */
    public record Kept(int channel, long at, String what) {}

    private final MigrationReader reader;
    private final List<@Nullable ChannelRecoder> channels = new ArrayList<>();
    private final List<Kept> kept = new ArrayList<>();

    /**
     * Recodes the main channel {@code main} to {@code out}.
     *
     * @param main closed by {@link #close()}
     * @param out remains whoever opened it's to close
     * @param options how to read; their sink and listener are not used
     */
    public StreamRecoder(WireInput main, WireOutput out, ReaderOptions options) {
        Parts parts = new Parts();
        this.reader = MigrationReader.of(main, options.withPages(parts).withListener(parts));
        channels.add(new ChannelRecoder(0, main, out, this::keep));
    }

    /**
     * Adds a further channel, from source to destination.
     *
     * @param in closed by {@link #close()}
     * @param out null to read the channel without writing it, which a multifd channel must be
     * @throws IllegalArgumentException if a multifd channel has an output
     */
    public void channel(WireInput in, @Nullable WireOutput out) throws IOException {
        int number = channels.size();
        reader.addChannel(in);
        boolean multifd =
                reader.channels().get(number).role() == MigrationReader.ChannelRole.MULTIFD;
        if (multifd && out != null) {
            throw new IllegalArgumentException("multifd channels are not written here");
        }
        channels.add(out == null ? null : new ChannelRecoder(number, in, out, this::keep));
    }

    /**
     * Reads and writes everything, and flushes the outputs.
     *
     * @return what was kept as it was; at most the first 1000
     * @throws StreamException if the input is damaged
     */
    public List<Kept> run() throws IOException {
        for (StreamItem item = reader.next(); item != null; item = reader.next()) {
            ChannelRecoder channel = channels.get(item.channel());
            if (channel != null) {
                channel.item(item);
            }
        }
        for (ChannelRecoder channel : channels) {
            if (channel != null) {
                channel.finish();
            }
        }
        return List.copyOf(kept);
    }

    /** The reader, for what it knows about the stream. */
    public MigrationReader reader() {
        return reader;
    }

    /**
     * Where whoever listens to a {@linkplain dev.ferry.stream.spi.RamExtension RAM extension}
     * writes the records it is told of, when it is told.
     *
     * @param channel which must have an output
     */
    public RamSectionWriter ram(int channel) {
        ChannelRecoder to = channels.get(channel);
        if (to == null) {
            throw new IllegalArgumentException("channel " + channel + " is not written");
        }
        return to.ram();
    }

    /**
     * Pages that came encrypted, and whose contents the extension of the options gives, are written
     * as pages of any other guest: PAGE and ZERO records. Whatever else the extension reads is left
     * out.
     */
    public void writeOpened() {
        for (ChannelRecoder channel : channels) {
            if (channel != null) {
                channel.writeOpened();
            }
        }
    }

    private void keep(Kept what) {
        if (kept.size() < MAX_KEPT) {
            kept.add(what);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    /** Hands what is read to the channel it came on. */
    private final class Parts implements PageSink, StreamListener {

        @Override
        public void blocks(List<RamBlock> blocks, int pageSize) {}

        @Override
        public void pages(PageRun run) throws IOException, MalformedPageException {
            ChannelRecoder channel = channels.get(run.channel());
            if (channel != null) {
                channel.pages(run);
            }
        }

        @Override
        public void section(
                int channel,
                long at,
                int depth,
                SectionType type,
                long id,
                String name,
                long instance,
                long version,
                long bodyAt)
                throws IOException {
            ChannelRecoder to = channels.get(channel);
            if (to != null) {
                to.section(depth, type, id, name, instance, version, bodyAt);
            }
        }

        @Override
        public LiveListener live(int channel) {
            ChannelRecoder to = channels.get(channel);
            return to == null ? LiveListener.NONE : to.live();
        }

        @Override
        public void configuration(int channel, long at, ConfigurationSubsection subsection) {
            ChannelRecoder to = channels.get(channel);
            if (to != null) {
                to.configuration(subsection);
            }
        }

        @Override
        public void cut(int channel, TruncatedStreamException cut) throws IOException {
            ChannelRecoder to = channels.get(channel);
            if (to != null) {
                to.cut();
            }
        }

        @Override
        public void blockList(int channel, long at, long length, List<RamBlock> blocks)
                throws IOException {
            ChannelRecoder to = channels.get(channel);
            if (to != null) {
                to.blockList(blocks);
            }
        }

        @Override
        public void mappedBlock(
                int channel, long at, long total, RamBlock block, MappedRamBitmap bitmap)
                throws IOException {
            ChannelRecoder to = channels.get(channel);
            if (to != null) {
                to.mappedBlock(total, block, bitmap);
            }
        }

        @Override
        public void blockName(int channel, long at, RamBlock block) {
            ChannelRecoder to = channels.get(channel);
            if (to != null) {
                to.ram().nameNext();
            }
        }

        @Override
        public void oddWord(int channel, long at, long word) {
            ChannelRecoder to = channels.get(channel);
            if (to != null) {
                to.ram().oddWord(word);
            }
        }

        @Override
        public void flush(int channel, long at) throws IOException {
            ChannelRecoder to = channels.get(channel);
            if (to != null) {
                to.ram().flush();
            }
        }

        @Override
        public void hook(int channel, long at) throws IOException {
            ChannelRecoder to = channels.get(channel);
            if (to != null) {
                to.ram().hook();
            }
        }

        @Override
        public void eos(int channel, long at) throws IOException {
            ChannelRecoder to = channels.get(channel);
            if (to != null) {
                to.ram().eos();
            }
        }
    }
}
