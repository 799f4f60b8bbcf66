/**
 * The corpus as a source of arguments for JUnit 5 parameterised tests. Needs {@code
 * junit-jupiter-params}.
 */
@NullMarked
package dev.ferry.testdata.junit;

import org.jspecify.annotations.NullMarked;
