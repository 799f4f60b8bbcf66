/** Captured migration streams with ground truth, and the conformance kit that opens them. */
module dev.ferry.testdata {
    requires static transitive org.jspecify;
    requires org.tukaani.xz;
    requires com.fasterxml.jackson.databind;

    exports dev.ferry.testdata;
}
