/** What guests do to a machine that they should not. */
@NullMarked
package dev.ferry.vmm.fault;

import org.jspecify.annotations.NullMarked;
