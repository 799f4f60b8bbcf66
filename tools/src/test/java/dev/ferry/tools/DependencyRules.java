package dev.ferry.tools;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.lang.ArchRule;

/**
 * Who may know whom.
 *
 * <pre>
 *  migration-stream  &lt;-  sev  &lt;-  vmm  &lt;-  tools
 * </pre>
 */
final class DependencyRules {

    private static final String[] STREAM = {"dev.ferry.stream..", "dev.ferry.migrate.."};
    private static final String SEV = "dev.ferry.sev..";
    private static final String SEV_PLUGIN = "dev.ferry.sev.stream..";
    private static final String VMM = "dev.ferry.vmm..";
    private static final String TOOLS = "dev.ferry.tools..";
    private static final String TEST_DATA = "dev.ferry.testdata..";
    private static final String NETTY = "io.netty..";

    static final ArchRule STREAM_KNOWS_NOTHING_ABOVE_IT =
            noClasses()
                    .that()
                    .resideInAnyPackage(STREAM)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(SEV, VMM, TOOLS)
                    .because("it serves other virtual machine monitors too");

    static final ArchRule SEV_KNOWS_NOTHING_ABOVE_IT =
            noClasses()
                    .that()
                    .resideInAPackage(SEV)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(VMM, TOOLS);

    static final ArchRule ONLY_THE_SEV_PLUGIN_KNOWS_STREAMS =
            noClasses()
                    .that(resideInAPackage(SEV).and(not(resideInAPackage(SEV_PLUGIN))))
                    .should()
                    .dependOnClassesThat(
                            resideInAnyPackage(STREAM)
                                    .or(resideInAPackage(NETTY))
                                    .or(resideInAPackage(SEV_PLUGIN)))
                    .because("the firmware model is of use without any migration");

    static final ArchRule VMM_DOES_NOT_KNOW_TOOLS =
            noClasses()
                    .that()
                    .resideInAPackage(VMM)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(TOOLS);

    static final ArchRule NETTY_STAYS_IN_ITS_PACKAGES =
            noClasses()
                    .that(
                            resideInAPackage("dev.ferry..")
                                    .and(
                                            not(
                                                    resideInAnyPackage(
                                                            "dev.ferry.stream.net..",
                                                            "dev.ferry.vmm.qmp.."))))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(NETTY)
                    .because("its buffers are counted, and whoever sees one has to count");

    static final ArchRule NOTHING_SHIPPED_NEEDS_TEST_DATA =
            noClasses()
                    .that(resideInAPackage("dev.ferry..").and(not(resideInAPackage(TEST_DATA))))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(TEST_DATA);

    private DependencyRules() {}
}
