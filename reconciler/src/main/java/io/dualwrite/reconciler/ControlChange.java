package io.dualwrite.reconciler;

import io.dualwrite.jdbc.journal.Control;
import java.util.List;

/**
 * What became of a change of phase or kill switch.
 *
 * @param before the state before it
 * @param state the state in force now, in the source, where applications read it
 * @param problems why the target does not know of it, if it does not; nothing depends on that
 */
public record ControlChange(Control.State before, Control.State state, List<String> problems) {
  public ControlChange {
    problems = List.copyOf(problems);
  }

  /** Whether anything is different now. */
  public boolean changed() {
    return state.epoch() != before.epoch();
  }
}
