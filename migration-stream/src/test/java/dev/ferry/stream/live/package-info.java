@NullMarked
package dev.ferry.stream.live;

import org.jspecify.annotations.NullMarked;
