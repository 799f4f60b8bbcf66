@NullMarked
package dev.ferry.sev.stream;

import org.jspecify.annotations.NullMarked;
