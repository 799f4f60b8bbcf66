@org.jspecify.annotations.NullMarked
package dev.ferry.tools.convert;
