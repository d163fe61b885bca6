package io.dualwrite.chaos.history;

import java.util.List;

/**
 * What an application knows of one transaction, and when it can have happened.
 *
 * @param from when it was about to be committed, in milliseconds since 1970
 * @param until when its end was known; {@link Long#MAX_VALUE} if it never was
 */
record Told(Outcome outcome, long from, long until, List<Change> changes) {
  Told {
    changes = List.copyOf(changes);
  }
}
