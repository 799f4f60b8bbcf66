/**
 * Multifd: pages in packets over channels of their own, ordered against the main channel by
 * synchronisation points. Start at {@link dev.ferry.stream.multifd.MultiFdChannels} for reading, at
 * {@link dev.ferry.stream.multifd.MultiFdWriter} for writing.
 */
@NullMarked
package dev.ferry.stream.multifd;

import org.jspecify.annotations.NullMarked;
