@NullMarked
package dev.ferry.testdata.qemu;

import org.jspecify.annotations.NullMarked;
