@NullMarked
package dev.ferry.sev;

import org.jspecify.annotations.NullMarked;
