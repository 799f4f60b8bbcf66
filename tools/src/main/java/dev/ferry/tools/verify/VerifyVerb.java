package dev.ferry.tools.verify;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.stream.Finding;
import dev.ferry.stream.Findings;
import dev.ferry.stream.Limits;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.tools.ExitCode;
import dev.ferry.tools.Version;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Progress;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.cli.SafeText;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.Style;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.cli.Verb;
import dev.ferry.tools.input.InputFiles;
import dev.ferry.tools.input.MigrationInput;
import dev.ferry.tools.json.FindingJson;
import dev.ferry.tools.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ferry verify}: checks an input and tells all that is wrong with it. */
public final class VerifyVerb implements Verb {

    private static final int SCHEMA = 1;

    public VerifyVerb() {}

    @Override
    public CommandSpec spec() {
        Spec spec =
                Spec.of(
                                "verify",
                                "Checks everything checkable about a migration stream or saved VM and"
                                        + " tells all findings. Errors are what a destination fails"
                                        + " at or what makes its memory wrong; warnings are odd.")
                        .parameters("IN", "0..*", "A file, or '-' for standard input.")
                        .flag("--json", "One JSON object with all findings.")
                        .flag("--strict", "Exit with 1 for warnings too.")
                        .option(
                                "--against",
                                "DUMP",
                                "Check too whether a certain QEMU would load it: the file that its"
                                        + " 'qemu-system-... -M MACHINE -dump-vmstate DUMP' wrote.");
        return InputFiles.addKey(InputFiles.addOptions(spec))
                .examples(
                        "ferry verify vm.mig && echo fine",
                        "ferry verify --strict vm.save",
                        "ferry verify sev.mig --sev-key pdh.pem       every encrypted page's MAC too",
                        "ferry verify main.ch0 --channel main.ch1 --reverse main.ch0.rev",
                        "ferry verify vm.mig --against new-qemu.json    would that QEMU load it?")
                .build();
    }

    @Override
    public ExitCode run(ParseResult options, Console console) throws IOException {
        List<String> inputs = options.matchedPositionalValue(0, List.of());
        if (inputs.size() != 1) {
            throw new UsageException("expected one input, found " + inputs.size());
        }
        InputFiles files = InputFiles.of(inputs.getFirst(), options);
        String dump = options.matchedOptionValue("--against", null);
        Destination destination = dump == null ? null : Destination.read(dump);
        Findings findings = new Findings(Limits.DEFAULT.findings());
        Verification verification = new Verification(findings);
        CoverageCheck coverage = new CoverageCheck(verification);
        try (PageContentCheck contents = new PageContentCheck(verification)) {
            List<Check> list =
                    new ArrayList<>(
                            List.of(
                                    new ContainerCheck(verification),
                                    new FramingCheck(verification),
                                    new SectionCheck(verification),
                                    new DeviceStateCheck(verification),
                                    new GlobalStateCheck(verification),
                                    new CommandCheck(verification),
                                    contents,
                                    coverage,
                                    new MultiFdCheck(verification),
                                    new SevCheck(verification),
                                    new ReturnPathCheck(verification)));
            AgainstCheck against = null;
            if (destination != null) {
                against = new AgainstCheck(verification, destination);
                list.add(against);
            }
            Checks checks = new Checks(list);
            try (MigrationInput input = MigrationInput.open(files, console.in(), checks, true)) {
                verification.begin(input);
                Outcome outcome = read(input, checks, coverage, findings, console);
                if (options.hasMatchedOption("--json")) {
                    json(outcome, input, findings, against, console);
                } else {
                    text(outcome, input, findings, against, console);
                }
                return outcome.exitCode(findings, options.hasMatchedOption("--strict"));
            }
        }
    }

    /**
     * How the reading went.
     *
     * @param failure what ended it early, or null
     * @param unknown whether there is something that could not be looked at
     */
    private record Outcome(@Nullable IOException failure, boolean unknown) {

        ExitCode exitCode(Findings findings, boolean strict) {
            if (failure != null) {
                return ExitCode.of(failure);
            }
            if (errors(findings) > 0 || (strict && total(findings) > 0)) {
                return ExitCode.FINDINGS;
            }
            return unknown ? ExitCode.UNSUPPORTED : ExitCode.OK;
        }
    }

    private static Outcome read(
            MigrationInput input,
            Checks checks,
            CoverageCheck coverage,
            Findings findings,
            Console console) {
        MigrationReader reader = input.reader();
        boolean unreadable = false;
        IOException failure = null;
        try (Progress progress = new Progress(console, input.files().main(), input.main().size())) {
            input.main().onProgress(progress);
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                if (item instanceof StreamItem.Unreadable unknown) {
                    unreadable = true;
                    findings.warning(
                            input.main().at(unknown.at()),
                            unknown.what()
                                    + " cannot be read and is not checked: "
                                    + unknown.reason());
                }
                checks.item(item);
            }
            checks.end();
        } catch (IOException e) {
            failure = e;
        }
        for (Finding finding : reader.findings().list()) {
            findings.add(finding);
        }
        String layouts = input.layoutProblem();
        if (layouts != null) {
            findings.warning(input.main().at(0), layouts);
        }
        if (failure instanceof StreamException e) {
            findings.error(e.at(), e.problem());
        } else if (failure != null) {
            findings.error(input.main().here(), String.valueOf(failure.getMessage()));
        }
        return new Outcome(
                failure, unreadable || (failure == null && coverage.missingChannels() != null));
    }

    private static long errors(Findings findings) {
        long errors = 0;
        for (Finding finding : findings.list()) {
            errors += finding.severity() == Finding.Severity.ERROR ? 1 : 0;
        }
        return errors;
    }

    private static long total(Findings findings) {
        return findings.list().size() + findings.dropped();
    }

    private static void text(
            Outcome outcome,
            MigrationInput input,
            Findings findings,
            @Nullable AgainstCheck against,
            Console console) {
        Style style = Style.of(console);
        for (Finding finding : findings.list()) {
            String severity =
                    switch (finding.severity()) {
                        case ERROR -> style.red("error");
                        case WARNING -> style.yellow("warning");
                    };
            console.out()
                    .println(
                            severity
                                    + ": "
                                    + SafeText.of(finding.message() + " (" + finding.at() + ")"));
        }
        if (against != null) {
            console.out().println(SafeText.of(summary(against)));
        }
        long errors = errors(findings);
        long warnings = findings.list().size() - errors;
        StringBuilder line = new StringBuilder(SafeText.of(input.files().main())).append(": ");
        if (outcome.failure() != null) {
            line.append("not read to its end; ");
        } else if (outcome.unknown()) {
            line.append("not all of it could be checked; ");
        }
        if (findings.list().isEmpty()) {
            line.append("no findings");
        } else {
            line.append(Quantity.count(errors, "error"));
            line.append(", ").append(Quantity.count(warnings, "warning"));
        }
        if (findings.dropped() > 0) {
            line.append(", ").append(Quantity.count(findings.dropped())).append(" more not shown");
        }
        console.out().println(line);
    }

    private static String summary(AgainstCheck against) {
        String text =
                against.destination().file()
                        + ": machine "
                        + against.destination().dump().machine()
                        + ", "
                        + Quantity.count(against.compared(), "section")
                        + " compared";
        return against.untold().isEmpty()
                ? text
                : text + "; no dump tells about " + String.join(", ", against.untold());
    }

    private static void against(JsonGenerator out, AgainstCheck against) throws IOException {
        out.writeObjectFieldStart("against");
        out.writeStringField("path", against.destination().file());
        out.writeStringField("machine", against.destination().dump().machine());
        out.writeNumberField("compared", against.compared());
        out.writeArrayFieldStart("untold");
        for (String name : against.untold()) {
            out.writeString(name);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void json(
            Outcome outcome,
            MigrationInput input,
            Findings findings,
            @Nullable AgainstCheck against,
            Console console)
            throws IOException {
        JsonGenerator out = Json.generator(console.out());
        long errors = errors(findings);
        out.writeStartObject();
        out.writeNumberField("schema", SCHEMA);
        out.writeStringField("ferry", Version.NUMBER);
        out.writeStringField("path", input.files().main());
        out.writeBooleanField("complete", outcome.failure() == null);
        out.writeBooleanField("everythingChecked", outcome.failure() == null && !outcome.unknown());
        out.writeNumberField("errors", errors);
        out.writeNumberField("warnings", findings.list().size() - errors);
        out.writeNumberField("dropped", findings.dropped());
        if (against != null) {
            against(out, against);
        }
        out.writeArrayFieldStart("findings");
        boolean channels = input.reader().channels().size() > 1;
        for (Finding finding : findings.list()) {
            FindingJson.write(
                    out,
                    finding,
                    channels ? FindingJson.channel(input.reader(), finding.at()) : -1);
        }
        out.writeEndArray();
        out.writeEndObject();
        out.writeRaw('\n');
        out.flush();
    }
}
