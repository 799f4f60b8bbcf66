@NullMarked
package dev.ferry.tools.ram;

import org.jspecify.annotations.NullMarked;
