package dev.ferry.sev.misplaced;

import dev.ferry.stream.Limits;

/** What the dependency rules must refuse. */
final class CoreOnStream {

    final Class<?> limits = Limits.class;
}
