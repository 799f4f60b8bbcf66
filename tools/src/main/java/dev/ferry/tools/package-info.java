@NullMarked
package dev.ferry.tools;

import org.jspecify.annotations.NullMarked;
