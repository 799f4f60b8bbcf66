@NullMarked
package dev.ferry.tools.extract;

import org.jspecify.annotations.NullMarked;
