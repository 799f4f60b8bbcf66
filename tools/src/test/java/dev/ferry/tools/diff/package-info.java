@NullMarked
package dev.ferry.tools.diff;

import org.jspecify.annotations.NullMarked;
