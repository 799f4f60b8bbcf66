package dev.ferry.tools.convert;

import dev.ferry.stream.convert.PageRecords;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.convert.StreamTarget;
import dev.ferry.stream.convert.ZeroPages;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.tools.output.OutputFiles;
import java.io.IOException;
import java.util.Optional;

/** A plain stream, as {@code -incoming} takes it. */
final class StreamFormat implements Format {

    private final ZeroPages zeroPages;

    StreamFormat(ConvertOptions options) {
        this.zeroPages = options.zeroPagesOr(ZeroPages.MARK);
    }

    @Override
    public void write(Conversion conversion) throws IOException {
        SavedVm vm = conversion.vm();
        WireOutput wire = WireOutput.background(conversion.out().channel());
        try {
            StreamTarget.write(vm, wire, new PageRecords(vm.pages(), vm.shared(), zeroPages));
            wire.flush();
        } finally {
            wire.end();
        }
    }

    @Override
    public Optional<SealedFormat> sealed() {
        return Optional.of(StreamFormat::copy);
    }

    private static void copy(SealedGuest guest, OutputFiles out) throws IOException {
        WireOutput wire = WireOutput.background(out.channel());
        try {
            guest.copy(wire);
        } finally {
            wire.end();
        }
    }
}
