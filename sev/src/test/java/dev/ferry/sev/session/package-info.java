@NullMarked
package dev.ferry.sev.session;

import org.jspecify.annotations.NullMarked;
