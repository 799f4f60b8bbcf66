package dev.ferry.vmm.misplaced;

import dev.ferry.testdata.Fixture;

/** What the dependency rules must refuse. */
final class VmmOnTestData {

    final Class<?> fixture = Fixture.class;
}
