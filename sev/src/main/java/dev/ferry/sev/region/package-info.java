/** Which guest pages are shared with the host: the list that the guest's hypercalls make. */
@NullMarked
package dev.ferry.sev.region;

import org.jspecify.annotations.NullMarked;
