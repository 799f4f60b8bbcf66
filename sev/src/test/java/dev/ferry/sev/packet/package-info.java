@NullMarked
package dev.ferry.sev.packet;

import org.jspecify.annotations.NullMarked;
