/** The library as its users see it: what the README shows, compiled and run. */
@NullMarked
package dev.ferry.example;

import org.jspecify.annotations.NullMarked;
