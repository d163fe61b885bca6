package io.dualwrite.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.chaos.fault.FaultKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run came to. */
public final class Figures {
  private final long seed;
  private final Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
  private int rounds;
  private long acknowledged;
  private long unknown;
  private long rolledBack;
  private long inGaps;
  private int repairs;
  private long rows;
  private long mostSessions;
  private Duration worstDrain = Duration.ZERO;
  private @Nullable String failure;

  Figures(long seed) {
    this.seed = seed;
  }

  void fault(FaultKind kind) {
    faults.merge(kind, 1, Integer::sum);
  }

  void drained(Duration drain) {
    if (drain.compareTo(worstDrain) > 0) {
      worstDrain = drain;
    }
  }

  void sessions(long count) {
    mostSessions = Math.max(mostSessions, count);
  }

  void repaired(long differing) {
    repairs++;
    inGaps += differing;
  }

  void round(long rowsNow) {
    rounds++;
    rows = rowsNow;
  }

  void told(long acknowledgedNow, long unknownNow, long rolledBackNow) {
    acknowledged += acknowledgedNow;
    unknown += unknownNow;
    rolledBack += rolledBackNow;
  }

  void failed(String message) {
    failure = message;
  }

  /** Rounds after which both sides held everything. */
  public int rounds() {
    return rounds;
  }

  /** Transactions of which applications were told that they are committed. */
  public long acknowledged() {
    return acknowledged;
  }

  /** How often each kind of fault was made. */
  public Map<FaultKind, Integer> faults() {
    return Map.copyOf(faults);
  }

  @Override
  public String toString() {
    return "chaos: "
        + rounds
        + " rounds, seed "
        + seed
        + "\n  faults: "
        + faults
        + "\n  transactions: "
        + acknowledged
        + " acknowledged, "
        + rolledBack
        + " rolled back, "
        + unknown
        + " unknown"
        + "\n  rows at the end: "
        + rows
        + "; differing in recorded gaps, then repaired: "
        + inGaps
        + " in "
        + repairs
        + " rounds; lost or differing otherwise: "
        + (failure == null ? "0" : failure)
        + "\n  longest drain: "
        + worstDrain.toMillis()
        + " ms; most sessions: "
        + mostSessions;
  }

  void write(Path file) {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = mapper.createObjectNode();
    json.put("seed", seed)
        .put("rounds", rounds)
        .put("acknowledged", acknowledged)
        .put("rolledBack", rolledBack)
        .put("unknown", unknown)
        .put("rows", rows)
        .put("differingInGaps", inGaps)
        .put("roundsRepaired", repairs)
        .put("longestDrainMillis", worstDrain.toMillis())
        .put("mostSessions", mostSessions)
        .put("failure", failure);
    ObjectNode kinds = json.putObject("faults");
    faults.forEach((kind, count) -> kinds.put(kind.name(), count));
    try {
      if (file.toAbsolutePath().getParent() != null) {
        Files.createDirectories(file.toAbsolutePath().getParent());
      }
      Files.writeString(
          file, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
