package dev.ferry.vmm.cpu.kvm;

/** The kernel refused something. One line, which begins with the name of the request. */
public final class KvmException extends RuntimeException {

    private static final long serialVersionUID = 1;

    KvmException(String message) {
        super(message);
    }
}
