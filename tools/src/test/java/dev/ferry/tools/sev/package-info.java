@NullMarked
package dev.ferry.tools.sev;

import org.jspecify.annotations.NullMarked;
