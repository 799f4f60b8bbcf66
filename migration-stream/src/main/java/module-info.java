/** QEMU's migration wire format, read from any container that QEMU or libvirt writes. */
module dev.ferry.stream {
    requires static transitive org.jspecify;
    requires org.apache.commons.compress;
    requires org.tukaani.xz;
    requires com.github.luben.zstd_jni;
    requires aircompressor.v3;
    requires com.fasterxml.jackson.core;

    exports dev.ferry.stream;
    exports dev.ferry.stream.container;
    exports dev.ferry.stream.convert;
    exports dev.ferry.stream.dump;
    exports dev.ferry.stream.edit;
    exports dev.ferry.stream.io;
    exports dev.ferry.stream.item;
    exports dev.ferry.stream.live;
    exports dev.ferry.stream.multifd;
    exports dev.ferry.stream.postcopy;
    exports dev.ferry.stream.ram;
    exports dev.ferry.stream.spi;
    exports dev.ferry.stream.vmstate;
}
