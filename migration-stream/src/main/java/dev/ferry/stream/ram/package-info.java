/**
 * The {@code ram} section: block list, page records, mapped-ram, and what becomes of the pages.
 *
 * <p>Pages are never objects: {@link dev.ferry.stream.ram.RamSectionReader} hands {@linkplain
 * dev.ferry.stream.ram.PageRun runs} of them to a {@link dev.ferry.stream.ram.PageSink}.
 */
@NullMarked
package dev.ferry.stream.ram;

import org.jspecify.annotations.NullMarked;
