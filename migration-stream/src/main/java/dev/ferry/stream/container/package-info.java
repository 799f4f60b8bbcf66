/**
 * What lies around a migration stream on disk: outer compression, libvirt's save image, a qcow2
 * internal snapshot, leading bytes. {@link dev.ferry.stream.container.Containers} looks at the
 * content, never at the name, and hands out the stream alone. {@link
 * dev.ferry.stream.container.LibvirtSaveImageWriter} and {@link
 * dev.ferry.stream.container.StreamCompressor} put it back into such. The stream itself is neither
 * read nor written here.
 */
@NullMarked
package dev.ferry.stream.container;

import org.jspecify.annotations.NullMarked;
