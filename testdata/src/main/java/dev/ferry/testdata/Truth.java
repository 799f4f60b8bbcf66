package dev.ferry.testdata;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/** The content of a capture's {@code NAME.json}: the frequent facts, and the tree they are from. */
record Truth(
        String features,
        String qemuVersion,
        String target,
        int targetPageSize,
        CaptureKind kind,
        Set<String> capabilities,
        List<RamBlockTruth> ramBlocks,
        List<FixtureFile> files,
        JsonNode metadata) {}
