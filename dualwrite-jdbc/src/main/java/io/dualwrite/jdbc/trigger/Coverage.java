package io.dualwrite.jdbc.trigger;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the triggers of one database see, and what they do not.
 *
 * @param installed whether {@code reconciler init} has installed them at all
 * @param relations how many tables and partitions there are to be seen
 * @param holes those that are not seen, or not in every case
 * @param problems what is wrong beside that
 */
public record Coverage(boolean installed, int relations, List<Hole> holes, List<String> problems) {

  /** Where nothing is captured by triggers. */
  public static final Coverage NONE = new Coverage(false, 0, List.of(), List.of());

  public Coverage {
    holes = List.copyOf(holes);
    problems = List.copyOf(problems);
  }

  /**
   * A table or partition whose changes no trigger names, or not all.
   *
   * @param table the identity of the mirrored table
   * @param oid the relation's own
   * @param explanation what is wrong with which trigger
   * @param curable whether installing the triggers again puts it right
   */
  public record Hole(String table, long oid, String explanation, boolean curable) {}

  /** By the oid of the relation. */
  public Map<Long, String> explanations() {
    return holes.stream()
        .collect(Collectors.toUnmodifiableMap(Hole::oid, Hole::explanation, (a, b) -> a));
  }

  /** The mirrored tables that have holes. */
  public List<String> tables() {
    return holes.stream().map(Hole::table).distinct().sorted().toList();
  }

  /** Whether every change of a mirrored table is named. */
  public boolean complete() {
    return installed && holes.isEmpty();
  }
}
