/** Bytes in: where they come from, and the pull reader that decoders are written against. */
@NullMarked
package dev.ferry.stream.io;

import org.jspecify.annotations.NullMarked;
