/** Captured migration streams with ground truth, and the conformance kit that opens them. */
module dev.ferry.testdata {
    requires static transitive org.jspecify;
    // Not transitive: a module that only wants the data compiles without JUnit.
    requires static org.junit.jupiter.params;
    requires transitive com.fasterxml.jackson.databind;
    requires org.tukaani.xz;

    exports dev.ferry.testdata;
    exports dev.ferry.testdata.guest;
    exports dev.ferry.testdata.junit;
    exports dev.ferry.testdata.qemu;

    opens dev.ferry.testdata.junit to
            org.junit.platform.commons;
}
