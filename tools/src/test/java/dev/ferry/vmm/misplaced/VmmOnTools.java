package dev.ferry.vmm.misplaced;

import dev.ferry.tools.Main;

/** What the dependency rules must refuse. */
public final class VmmOnTools {

    final Class<?> main = Main.class;
}
