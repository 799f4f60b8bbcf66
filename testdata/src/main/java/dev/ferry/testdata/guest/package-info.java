/**
 * Small guests for virtual machines, and what they are expected to do. Their sources are in {@code
 * guests/}.
 */
@NullMarked
package dev.ferry.testdata.guest;

import org.jspecify.annotations.NullMarked;
