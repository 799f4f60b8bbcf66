@NullMarked
package dev.ferry.tools.verify;

import org.jspecify.annotations.NullMarked;
