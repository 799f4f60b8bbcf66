package dev.ferry.stream.edit;

import java.util.List;

/**
 * What changes in a migration.
 *
 * @param channels what changes in each channel; the index is the channel's number in its reader,
 *     and 0 the main one
 */
public record EditPlan(List<Splices> channels) {

    public EditPlan {
        channels = List.copyOf(channels);
    }
}
