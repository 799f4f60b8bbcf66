@NullMarked
package dev.ferry.stream.dump;

import org.jspecify.annotations.NullMarked;
