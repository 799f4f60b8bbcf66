/** The items a stream consists of at its top level, as values. */
@NullMarked
package dev.ferry.stream.item;

import org.jspecify.annotations.NullMarked;
