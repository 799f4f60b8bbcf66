/** AMD SEV: certificates, sessions, transport packets, software firmware. */
module dev.ferry.sev {
    requires static transitive org.jspecify;
}
