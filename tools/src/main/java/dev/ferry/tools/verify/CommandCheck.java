package dev.ferry.tools.verify;

import dev.ferry.stream.MigrationReader.ChannelRole;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.postcopy.CommandPayload;
import dev.ferry.stream.ram.RamState;

/**
 * The order of commands: what QEMU's loader refuses in a state that does not fit. QEMU
 * migration/savevm.c, loadvm_process_command and loadvm_postcopy_*.
 */
final class CommandCheck implements Check {

    private enum Phase {
        PRECOPY,
        ADVISED,
        DISCARDING,
        LISTENING,
        RUNNING
    }

    private final Verification verification;
    private Phase phase = Phase.PRECOPY;
    private boolean returnPath;

    /** Commands behind a section that nobody can read were not seen. */
    private boolean blind;

    CommandCheck(Verification verification) {
        this.verification = verification;
    }

    @Override
    public void item(StreamItem item) {
        blind |= item instanceof StreamItem.Unreadable;
        if (item instanceof StreamItem.Command command) {
            command(command);
        }
    }

    private void command(StreamItem.Command command) {
        switch (command.id()) {
            case OPEN_RETURN_PATH -> {
                if (returnPath) {
                    warning(command, "the return path is open already");
                }
                returnPath = true;
            }
            case PING -> {
                if (!returnPath) {
                    error(command, "no return path was opened to answer on");
                }
            }
            case POSTCOPY_ADVISE -> {
                require(command, phase == Phase.PRECOPY);
                phase = Phase.ADVISED;
                advise(command);
            }
            case POSTCOPY_RAM_DISCARD -> {
                require(command, phase == Phase.ADVISED || phase == Phase.DISCARDING);
                phase = Phase.DISCARDING;
            }
            case POSTCOPY_LISTEN -> {
                require(command, phase == Phase.ADVISED || phase == Phase.DISCARDING);
                phase = Phase.LISTENING;
            }
            case POSTCOPY_RUN -> {
                require(command, phase == Phase.LISTENING);
                phase = Phase.RUNNING;
            }
            case POSTCOPY_RESUME, RECV_BITMAP -> {
                boolean recovering =
                        verification.reader().channels().get(command.channel()).role()
                                == ChannelRole.RECOVERED;
                require(command, recovering);
            }
            case PACKAGED -> {
                if (command.depth() > 0) {
                    warning(command, "inside another package, which QEMU never writes");
                }
            }
            case INVALID, ENABLE_COLO, SWITCHOVER_START -> {}
        }
    }

    private void advise(StreamItem.Command command) {
        if (!(command.payload() instanceof CommandPayload.Advise advise)) {
            return;
        }
        RamState ram = verification.reader().ram();
        if (ram.pageSize() != 0 && advise.targetPageSize() != ram.pageSize()) {
            error(
                    command,
                    "target page size: expected "
                            + ram.pageSize()
                            + ", found "
                            + Long.toUnsignedString(advise.targetPageSize()));
        }
        if (advise.hostPageSizes() == 0) {
            error(command, "host page sizes: expected at least one, found none");
        }
    }

    private void require(StreamItem.Command command, boolean fits) {
        if (!fits && !blind) {
            error(command, "not allowed here, while " + words());
        }
    }

    private String words() {
        return switch (phase) {
            case PRECOPY -> "postcopy was not advised";
            case ADVISED -> "postcopy is advised and has not begun";
            case DISCARDING -> "pages are being discarded";
            case LISTENING -> "the destination listens for pages";
            case RUNNING -> "the destination runs";
        };
    }

    private void error(StreamItem.Command command, String message) {
        verification
                .findings()
                .error(verification.place(command, "command " + command.id()), message);
    }

    private void warning(StreamItem.Command command, String message) {
        verification
                .findings()
                .warning(verification.place(command, "command " + command.id()), message);
    }

    @Override
    public void end() {
        if (phase == Phase.LISTENING && !blind) {
            verification
                    .findings()
                    .error(
                            verification.whole("postcopy"),
                            "LISTEN without RUN: the destination never runs the guest");
        }
    }
}
