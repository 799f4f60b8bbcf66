@NullMarked
package dev.ferry.tools.cli;

import org.jspecify.annotations.NullMarked;
