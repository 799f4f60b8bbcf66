@NullMarked
package dev.ferry.tools.input;

import org.jspecify.annotations.NullMarked;
