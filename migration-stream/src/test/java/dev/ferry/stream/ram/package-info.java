@NullMarked
package dev.ferry.stream.ram;

import org.jspecify.annotations.NullMarked;
