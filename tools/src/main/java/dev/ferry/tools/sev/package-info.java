/**
 * {@code ferry sev}: certificates, sessions and launch measurements of AMD SEV, without hardware
 * and without a stream.
 */
@NullMarked
package dev.ferry.tools.sev;

import org.jspecify.annotations.NullMarked;
