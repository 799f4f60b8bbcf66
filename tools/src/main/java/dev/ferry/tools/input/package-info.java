/** Inputs as the user names them: a main file or standard input, and what belongs to it. */
@NullMarked
package dev.ferry.tools.input;

import org.jspecify.annotations.NullMarked;
