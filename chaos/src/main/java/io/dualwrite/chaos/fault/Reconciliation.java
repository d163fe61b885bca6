package io.dualwrite.chaos.fault;

import io.dualwrite.chaos.Databases;
import io.dualwrite.chaos.Stage;
import io.dualwrite.reconciler.ReconcilerException;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What operators run under traffic, and what of its results cannot be right. */
public final class Reconciliation {
  private static final String GAPS_SINCE =
      "SELECT count(*) FROM dualwrite.gaps WHERE coalesce(reconciled_at, 'infinity') >= to_timestamp(%d / 1000.0)";

  private final Stage stage;
  private final List<String> surprises = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();

  Reconciliation(Stage stage) {
    this.stage = stage;
  }

  void compare() throws SQLException {
    run("compare", stage::compare);
  }

  void repair() throws SQLException {
    run("repair", () -> stage.repair().after());
  }

  /** Differences without a gap that explains them; forgets them. */
  public synchronized List<String> surprises() {
    List<String> all = List.copyOf(surprises);
    surprises.clear();
    return all;
  }

  /** Why one did not come to its end; forgets it. */
  public synchronized List<String> failures() {
    List<String> all = List.copyOf(failures);
    failures.clear();
    return all;
  }

  private void run(String what, Supplier<Comparison> work) throws SQLException {
    long started = System.currentTimeMillis();
    Comparison result;
    try {
      result = work.get();
    } catch (ReconcilerException | SideReadException e) {
      synchronized (this) {
        failures.add(what + ": " + e.getMessage());
      }
      return;
    }
    List<String> rows =
        result.tables().stream()
            .flatMap(
                t -> t.differences().stream().map(d -> t.table() + " " + d.kind() + " " + d.key()))
            .toList();
    if (!rows.isEmpty() && !gapsSince(started)) {
      synchronized (this) {
        surprises.add(what + " reported rows that no gap explains: " + rows);
      }
    }
  }

  private boolean gapsSince(long millis) throws SQLException {
    return Databases.number(stage.databases().source(), GAPS_SINCE.formatted(millis)) > 0;
  }
}
