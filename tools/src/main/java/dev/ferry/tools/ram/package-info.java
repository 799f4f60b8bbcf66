/** What several verbs need to know about guest pages while they are read. */
@NullMarked
package dev.ferry.tools.ram;

import org.jspecify.annotations.NullMarked;
