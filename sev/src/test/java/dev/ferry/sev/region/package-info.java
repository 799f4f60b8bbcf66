@NullMarked
package dev.ferry.sev.region;

import org.jspecify.annotations.NullMarked;
