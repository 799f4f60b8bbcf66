/** Tools for tests of readers: spelled-out bytes, awkward sources, recording sinks. */
@NullMarked
package dev.ferry.stream.testing;

import org.jspecify.annotations.NullMarked;
