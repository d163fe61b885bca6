package io.dualwrite.reconciler.compare;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was kept of a comparison or a repair in the target.
 *
 * @param run the number of the run; empty if nothing was kept
 * @param notes what people should know of it: that it went on with another, why nothing is kept
 * @param notTakenBack tables in which a difference was found where they are called verified, and
 *     that could not be taken back, with why; each is among the notes as well
 */
public record Kept(OptionalLong run, List<String> notes, SortedMap<String, String> notTakenBack) {
  /** Nothing, and nothing to say about it. */
  public static final Kept NOTHING = new Kept(OptionalLong.empty(), List.of());

  public Kept {
    notes = List.copyOf(notes);
    notTakenBack = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(notTakenBack));
  }

  /** With nothing that could not be taken back. */
  Kept(OptionalLong run, List<String> notes) {
    this(run, notes, new TreeMap<>(Map.of()));
  }
}
