package io.dualwrite.reconciler.window;

import java.util.List;

/**
 * A table cut into windows: every row of either side belongs to exactly one of them.
 *
 * @param chunks the windows, by the queries that read them
 * @param notes what the reader of the result should know about the windows
 */
public record WindowPlan(List<Chunk> chunks, List<String> notes) {

  /** How many windows there are. */
  public int windows() {
    return chunks.stream().mapToInt(c -> c.windows().size()).sum();
  }
}
