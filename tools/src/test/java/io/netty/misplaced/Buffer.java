package io.netty.misplaced;

/** Stands where Netty's classes do, for the dependency rules. */
public final class Buffer {}
