@NullMarked
package dev.ferry.stream.container;

import org.jspecify.annotations.NullMarked;
