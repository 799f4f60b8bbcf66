/** A small virtual machine monitor whose guests migrate. */
module dev.ferry.vmm {
    requires static transitive org.jspecify;
}
