/** Key agreement between two platforms, and the keys of a transport session. */
@NullMarked
package dev.ferry.sev.session;

import org.jspecify.annotations.NullMarked;
