/** {@code ferry sev platform}: SEV platforms in software. */
@NullMarked
package dev.ferry.tools.sev.platform;

import org.jspecify.annotations.NullMarked;
