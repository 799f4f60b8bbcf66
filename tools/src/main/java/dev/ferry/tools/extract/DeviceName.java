package dev.ferry.tools.extract;

import dev.ferry.stream.item.StreamItem;

/**
 * A device as the user names it: {@code NAME} or {@code NAME/INSTANCE}, where a name may itself
 * have slashes and end in a number.
 */
record DeviceName(String text) {

    /** How well a section fits: 2 by its full name, 1 by its last part, 0 not at all. */
    int fits(StreamItem.Section section) {
        String name = section.name();
        String numbered = name + "/" + section.instance();
        if (text.equals(name) || text.equals(numbered)) {
            return 2;
        }
        return name.endsWith("/" + text) || numbered.endsWith("/" + text) ? 1 : 0;
    }
}
