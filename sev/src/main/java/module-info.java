/** AMD SEV: certificates, sessions, transport packets, software firmware. */
module dev.ferry.sev {
    requires static transitive org.jspecify;
    requires transitive dev.ferry.stream;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.pkix;
    requires com.fasterxml.jackson.core;

    exports dev.ferry.sev;
    exports dev.ferry.sev.cert;
    exports dev.ferry.sev.firmware;
    exports dev.ferry.sev.packet;
    exports dev.ferry.sev.policy;
    exports dev.ferry.sev.region;
    exports dev.ferry.sev.session;
    exports dev.ferry.sev.stream;
}
