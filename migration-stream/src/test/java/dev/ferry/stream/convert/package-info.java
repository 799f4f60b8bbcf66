@org.jspecify.annotations.NullMarked
package dev.ferry.stream.convert;
