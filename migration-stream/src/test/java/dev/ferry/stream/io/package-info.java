@NullMarked
package dev.ferry.stream.io;

import org.jspecify.annotations.NullMarked;
