package dev.ferry.tools.inspect;

import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.region.GfnSet;
import dev.ferry.sev.stream.SevSummary;
import dev.ferry.sev.stream.StartFields;
import dev.ferry.tools.cli.Quantity;
import java.util.ArrayList;
import java.util.List;

/** What a stream has of SEV, in a few lines. */
final class SevLines {

    private SevLines() {}

    /** Pairs of a word and what is said about it. */
    static List<List<String>> lines(SevSummary sev, boolean key) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("dialect", sev.dialect().code()));
        StartFields start = sev.start();
        if (start != null) {
            lines.add(List.of("policy", policy(start.policy())));
        }
        lines.add(List.of("encrypted", encrypted(sev, key)));
        lines.add(List.of("shared", shared(sev)));
        if (sev.manifest() != SevSummary.ManifestState.ABSENT) {
            lines.add(List.of("manifest", sev.manifest().key()));
        }
        return lines;
    }

    private static String policy(GuestPolicy policy) {
        StringBuilder text = new StringBuilder(policy.toString());
        for (GuestPolicy.Flag flag : policy.flags()) {
            text.append(' ').append(flag.name());
        }
        if (policy.apiMajor() != 0 || policy.apiMinor() != 0) {
            text.append(", firmware API ").append(policy.apiMajor());
            text.append('.').append(policy.apiMinor()).append(" or later");
        }
        return text.toString();
    }

    private static String encrypted(SevSummary sev, boolean key) {
        String pages = Quantity.count(sev.encryptedPages(), "page");
        return key
                ? pages + ", " + Quantity.count(sev.opened()) + " opened with the key"
                : pages + ", closed without the key (--sev-key)";
    }

    private static String shared(SevSummary sev) {
        if (sev.statusAt() < 0) {
            return "not told";
        }
        if (!sev.bitmaps().isEmpty()) {
            return Quantity.count(sev.bitmaps().size(), "bitmap");
        }
        return sev.sharedRegions().isEmpty()
                ? "nothing"
                : Quantity.count(sev.sharedRegions().size(), "region")
                        + ", "
                        + Quantity.count(GfnSet.of(sev.sharedRegions()).pages(), "page");
    }
}
