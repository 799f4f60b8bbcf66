@NullMarked
package dev.ferry.stream;

import org.jspecify.annotations.NullMarked;
