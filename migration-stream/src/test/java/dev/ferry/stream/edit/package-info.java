@NullMarked
package dev.ferry.stream.edit;

import org.jspecify.annotations.NullMarked;
