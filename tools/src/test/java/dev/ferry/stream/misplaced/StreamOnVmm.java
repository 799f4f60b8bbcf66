package dev.ferry.stream.misplaced;

import dev.ferry.vmm.misplaced.VmmOnTools;

/** What the dependency rules must refuse. */
final class StreamOnVmm {

    final VmmOnTools above = new VmmOnTools();
}
