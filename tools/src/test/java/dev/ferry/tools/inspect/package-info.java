@NullMarked
package dev.ferry.tools.inspect;

import org.jspecify.annotations.NullMarked;
