@NullMarked
package dev.ferry.sev.cert;

import org.jspecify.annotations.NullMarked;
