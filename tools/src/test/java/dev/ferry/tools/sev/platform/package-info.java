/** Tests of {@code ferry sev platform}. */
@NullMarked
package dev.ferry.tools.sev.platform;

import org.jspecify.annotations.NullMarked;
