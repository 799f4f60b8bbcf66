@NullMarked
package dev.ferry.stream.multifd;

import org.jspecify.annotations.NullMarked;
