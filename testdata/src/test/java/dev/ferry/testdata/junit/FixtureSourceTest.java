package dev.ferry.testdata.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.ferry.testdata.CaptureKind;
import dev.ferry.testdata.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs test classes through JUnit itself and looks at what it displayed. */
class FixtureSourceTest {

    @Test
    void withoutFiltersEveryCaptureRuns() {
        assertEquals(89, run(Everything.class).passed.size());
    }

    @Test
    void displayNameIsTheCapturesName() {
        Run run = run(Snapshots.class);
        assertEquals(Set.of("savevm-q10", "savevm-q7"), run.passed);
    }

    @Test
    void everyFilterMustPass() {
        assertEquals(
                Set.of("multifd-none2-q7", "multifd-zlib3-q7", "multifd-zstd4-q7"),
                run(MultiFdOf72.class).passed);
    }

    @Test
    void oneValueOfAFilterIsEnough() {
        assertEquals(
                Set.of("aarch64-dirty-q10", "aarch64-virt-q10", "aarch64-virt26-q7", "avr-q10"),
                run(TwoTargets.class).passed);
    }

    @Test
    void excludedNamesDoNotRun() {
        assertEquals(Set.of("libvirt-sparse-q10", "libvirt-zstd-q10"), run(NoRaw.class).passed);
    }

    @Test
    void filterThatPassesNothingFailsTheTest() {
        Run run = run(Misspelt.class);
        assertEquals(Set.of(), run.passed);
        assertEquals(1, run.failures.size());
        assertTrue(run.failures.getFirst().contains("x86-64"), run.failures::getFirst);
    }

    @Test
    void versionIsComparedByComponents() {
        Run run = run(HalfAVersion.class);
        assertEquals(1, run.failures.size());
    }

    private static Run run(Class<?> testClass) {
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request().selectors(selectClass(testClass)).build();
        Run run = new Run();
        LauncherFactory.create().execute(request, run);
        return run;
    }

    /** What JUnit reported. */
    private static final class Run implements TestExecutionListener {
        final Set<String> passed = new TreeSet<>();
        final List<String> failures = new ArrayList<>();

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            result.getThrowable().ifPresent(failure -> failures.add(String.valueOf(failure)));
            if (test.isTest() && result.getThrowable().isEmpty()) {
                // "[3] name": the name is what follows the invocation's number.
                passed.add(test.getDisplayName().replaceFirst("^\\[\\d+] ", ""));
            }
        }
    }

    // Nested static classes with a name that surefire does not take for tests of their own.

    static class Everything {
        @ParameterizedTest
        @FixtureSource
        void takes(Fixture fixture) {}
    }

    static class Snapshots {
        @ParameterizedTest
        @FixtureSource(kind = CaptureKind.QCOW2_SNAPSHOT)
        void takes(Fixture fixture) {}
    }

    static class MultiFdOf72 {
        @ParameterizedTest
        @FixtureSource(capability = "multifd", version = "7.2", target = "x86_64")
        void takes(Fixture fixture) {}
    }

    static class TwoTargets {
        @ParameterizedTest
        @FixtureSource(target = {"aarch64", "avr"})
        void takes(Fixture fixture) {}
    }

    static class NoRaw {
        @ParameterizedTest
        @FixtureSource(name = "libvirt-*-q10", exclude = "*-raw-*")
        void takes(Fixture fixture) {}
    }

    static class Misspelt {
        @ParameterizedTest
        @FixtureSource(target = "x86-64")
        void takes(Fixture fixture) {}
    }

    static class HalfAVersion {
        @ParameterizedTest
        @FixtureSource(version = "7.2.2")
        void takes(Fixture fixture) {}
    }
}
