@NullMarked
package dev.ferry.tools.run;

import org.jspecify.annotations.NullMarked;
