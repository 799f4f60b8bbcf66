package dev.ferry.sev.misplaced;

import dev.ferry.vmm.misplaced.VmmOnTools;

/** What the dependency rules must refuse. */
final class SevOnVmm {

    final VmmOnTools above = new VmmOnTools();
}
