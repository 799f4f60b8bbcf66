package dev.ferry.stream.container;

/** What a stream was found in, inside any outer compression. */
public sealed interface Container permits PlainStream, LibvirtSaveImage, Qcow2Snapshot {}
