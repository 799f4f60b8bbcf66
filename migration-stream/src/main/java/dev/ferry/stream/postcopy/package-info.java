/** Postcopy: payloads of its commands, and the messages of the return path. */
@NullMarked
package dev.ferry.stream.postcopy;

import org.jspecify.annotations.NullMarked;
