/** The guest policy word. */
@NullMarked
package dev.ferry.sev.policy;

import org.jspecify.annotations.NullMarked;
