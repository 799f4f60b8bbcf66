package dev.ferry.testdata;

/** One captured migration. */
public record Fixture(String name) {}
