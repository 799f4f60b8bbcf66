@NullMarked
package dev.ferry.stream.postcopy;

import org.jspecify.annotations.NullMarked;
