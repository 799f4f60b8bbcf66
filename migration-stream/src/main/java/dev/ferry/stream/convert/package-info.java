/**
 * From one form of a saved VM to another: {@link dev.ferry.stream.convert.SavedVm} is what a
 * migration brought, in whatever container, channels and passes; a {@link
 * dev.ferry.stream.convert.StreamTarget} writes it again as one stream. Memory goes from one {@link
 * dev.ferry.stream.ram.PageSource} to one {@link dev.ferry.stream.ram.PageSink}, whichever the two
 * are.
 */
@NullMarked
package dev.ferry.stream.convert;

import org.jspecify.annotations.NullMarked;
