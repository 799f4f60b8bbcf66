/** Stream values as JSON, the same in every verb. */
@NullMarked
package dev.ferry.tools.json;

import org.jspecify.annotations.NullMarked;
