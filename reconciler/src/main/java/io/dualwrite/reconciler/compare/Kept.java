package io.dualwrite.reconciler.compare;

import java.util.List;
import java.util.OptionalLong;

/**
 * What was kept of a comparison or a repair in the target.
 *
 * @param run the number of the run; empty if nothing was kept
 * @param notes what people should know of it: that it went on with another, why nothing is kept
 */
public record Kept(OptionalLong run, List<String> notes) {
  /** Nothing, and nothing to say about it. */
  public static final Kept NOTHING = new Kept(OptionalLong.empty(), List.of());

  public Kept {
    notes = List.copyOf(notes);
  }
}
