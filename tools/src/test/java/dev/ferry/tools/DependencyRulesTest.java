package dev.ferry.tools;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DependencyRulesTest {

    /**
     * Modules with classes of their own to look at; without one the rules would hold of nothing.
     */
    private static final Set<String> MODULES = Set.of("stream", "sev", "vmm", "tools");

    private static final JavaClasses SHIPPED =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.ferry");

    static Stream<Arguments> rules() {
        return Stream.of(
                rule(
                        "migration-stream knows nothing above it",
                        DependencyRules.STREAM_KNOWS_NOTHING_ABOVE_IT,
                        "StreamOnVmm"),
                rule(
                        "sev knows nothing above it",
                        DependencyRules.SEV_KNOWS_NOTHING_ABOVE_IT,
                        "SevOnVmm"),
                rule(
                        "only the sev plugin knows streams",
                        DependencyRules.ONLY_THE_SEV_PLUGIN_KNOWS_STREAMS,
                        "CoreOnStream"),
                rule(
                        "vmm does not know tools",
                        DependencyRules.VMM_DOES_NOT_KNOW_TOOLS,
                        "VmmOnTools"),
                rule(
                        "Netty stays in its packages",
                        DependencyRules.NETTY_STAYS_IN_ITS_PACKAGES,
                        "EngineOnNetty"),
                rule(
                        "nothing shipped needs test data",
                        DependencyRules.NOTHING_SHIPPED_NEEDS_TEST_DATA,
                        "VmmOnTestData"));
    }

    private static Arguments rule(String name, ArchRule rule, String culprit) {
        // A module may still be empty; that the rule can fail is tested beside it.
        return Arguments.of(Named.of(name, rule.allowEmptyShould(true)), culprit);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void whatIsShippedKeepsTheRule(ArchRule rule, String culprit) {
        assertDoesNotThrow(() -> rule.check(SHIPPED));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void exactlyTheMisplacedClassBreaksTheRule(ArchRule rule, String culprit) {
        JavaClasses misplaced =
                new ClassFileImporter()
                        .importPackages(
                                "dev.ferry.stream.misplaced",
                                "dev.ferry.migrate.misplaced",
                                "dev.ferry.sev.misplaced",
                                "dev.ferry.vmm.misplaced");
        List<String> details = rule.evaluate(misplaced).getFailureReport().getDetails();
        assertFalse(details.isEmpty());
        assertEquals(
                List.of(),
                details.stream().filter(detail -> !detail.contains(culprit + ".")).toList());
    }

    @Test
    void everyModuleIsLookedAt() {
        Set<String> seen = new TreeSet<>();
        SHIPPED.forEach(type -> seen.add(type.getPackageName().split("\\.", -1)[2]));
        Set<String> missing = new TreeSet<>(MODULES);
        missing.removeAll(seen);
        assertEquals(Set.of(), missing, "seen: " + seen);
    }
}
