/** The {@code ferry} command. */
module dev.ferry.tools {
    requires static transitive org.jspecify;
    requires dev.ferry.stream;
    requires dev.ferry.sev;
    requires dev.ferry.vmm;
    requires info.picocli;
    requires com.fasterxml.jackson.core;
    requires java.xml;
}
