/**
 * Migration streams that real QEMU wrote, each with ground truth that did not come from its bytes.
 *
 * <p>Start at {@link dev.ferry.testdata.Fixtures}: it lists the captures; a {@link
 * dev.ferry.testdata.Fixture} opens its files and says what a reader must find in them. For JUnit
 * there is {@link dev.ferry.testdata.junit.FixtureSource}. The captures travel inside this jar,
 * xz-compressed; nothing is read from a checkout. What each capture exercises, and how the truth
 * was obtained, is in this module's README.
 *
 * <p>Frequent facts have typed accessors. Everything else is reached through {@link
 * dev.ferry.testdata.Fixture#metadata()} as a Jackson tree: a tree model of our own would only be a
 * poorer one, and whoever compares JSON output has Jackson at hand anyway. Trees are shared and
 * must not be changed.
 */
@NullMarked
package dev.ferry.testdata;

import org.jspecify.annotations.NullMarked;
