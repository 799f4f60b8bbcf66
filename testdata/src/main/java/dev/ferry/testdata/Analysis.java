package dev.ferry.testdata;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * What QEMU's own {@code scripts/analyze-migration.py} (10.0.2) printed. Empty where the script
 * gives up; {@code stateOutcome} and {@code descOutcome} then hold its last words, else {@code ok}.
 *
 * @param state output of {@code -d state}: decoded device state by section
 * @param desc output of {@code -d desc}: the stream's description of itself
 * @param stateOutcome how {@code -d state} ended
 * @param descOutcome how {@code -d desc} ended
 */
public record Analysis(
        Optional<JsonNode> state,
        Optional<JsonNode> desc,
        String stateOutcome,
        String descOutcome) {}
