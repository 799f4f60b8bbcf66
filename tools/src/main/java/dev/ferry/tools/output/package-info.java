/** Results that go into files. */
@org.jspecify.annotations.NullMarked
package dev.ferry.tools.output;
