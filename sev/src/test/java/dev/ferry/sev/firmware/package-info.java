/** Tests of the software secure processor. */
@NullMarked
package dev.ferry.sev.firmware;

import org.jspecify.annotations.NullMarked;
