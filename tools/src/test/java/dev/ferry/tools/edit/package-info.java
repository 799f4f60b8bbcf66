@NullMarked
package dev.ferry.tools.edit;

import org.jspecify.annotations.NullMarked;
