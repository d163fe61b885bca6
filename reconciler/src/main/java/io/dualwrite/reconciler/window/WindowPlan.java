package io.dualwrite.reconciler.window;

import java.util.ArrayList;
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

  /** The chunks with their places. */
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>(chunks.size());
    int first = 0;
    for (Chunk chunk : chunks) {
      parts.add(new Part(chunk, first));
      first += chunk.windows().size();
    }
    return parts;
  }
}
