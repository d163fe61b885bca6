package io.dualwrite.reconciler.report;

import io.dualwrite.Side;
import io.dualwrite.jdbc.prepared.PreparedTransactions;
import java.time.Duration;
import java.util.Optional;

/** How STRICT commits, and what is left prepared, in a line. */
final class StrictLine {
  /** Recovery ends what it can within seconds. */
  private static final Duration OLD = Duration.ofSeconds(10);

  private StrictLine() {}

  static String of(Optional<PreparedTransactions> strict, Side secondary) {
    if (strict.isEmpty()) {
      return "";
    }
    PreparedTransactions prepared = strict.get();
    String text =
        prepared.twoPhases()
            ? "two phases"
            : "one phase, with the journal (the "
                + secondary.label()
                + " has max_prepared_transactions = 0)";
    int waiting = prepared.waiting().size();
    text += " · " + VerdictLine.number(waiting) + " prepared";
    if (waiting > 0) {
      text += ", oldest " + InstanceLines.age(prepared.oldest());
    }
    if (prepared.oldest().compareTo(OLD) > 0) {
      text +=
          ": it holds its rows, its lane and the "
              + secondary.label()
              + "'s vacuum. Next: start an application with this configuration, which asks the primary what became of it"
              + " and says so in its log ("
              + prepared.waiting().get(0).text()
              + ")";
    }
    return "strict     " + text + "\n";
  }
}
