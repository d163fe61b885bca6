package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.state.KeptRun;
import io.dualwrite.reconciler.state.KeptWindow;
import io.dualwrite.reconciler.state.RunWindows;
import io.dualwrite.reconciler.state.Stores;
import io.dualwrite.reconciler.state.TableRun;
import io.dualwrite.reconciler.window.PlanText;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/**
 * The windows that the last comparison of each table did not find equal, to be looked at again.
 *
 * @param target where they are kept
 * @param stores the same
 * @param migration whose they are
 * @param lateness how much later than its time a row may still be written
 */
public record Again(DataSource target, Stores stores, String migration, Duration lateness) {

  /**
   * A table's.
   *
   * @param run the comparison's part
   * @param plan its windows
   * @param windows those that were not equal
   * @param span when they were looked at
   * @param at when this was asked, by the target's clock
   */
  public record Left(
      TableRun run,
      PlanText plan,
      List<KeptWindow> windows,
      Optional<RunWindows.Span> span,
      Instant at) {
    /** The numbers of the windows that need no look. */
    public Set<Integer> others() {
      Set<Integer> wanted = windows.stream().map(KeptWindow::number).collect(Collectors.toSet());
      return IntStream.range(0, run.windows())
          .filter(n -> !wanted.contains(n))
          .boxed()
          .collect(Collectors.toSet());
    }
  }

  /**
   * What the last comparison left of a table; empty if none is kept, or it was made of another form
   * of the table.
   *
   * @throws SQLException if the target fails
   */
  public Optional<Left> of(ComparedTable table) throws SQLException {
    return KeptRun.transact(
        target,
        stores,
        (c, s) -> {
          Optional<TableRun> run =
              s.tables()
                  .lastCompared(c, migration, table.pair().name().toString())
                  .filter(r -> r.shape().equals(TableShape.ofRun(table)));
          if (run.isEmpty()) {
            return Optional.<Left>empty();
          }
          return Optional.of(
              new Left(
                  run.get(),
                  PlanText.read(run.get().plan()),
                  s.windows().notEqual(c, run.get()),
                  s.windows().span(c, run.get()),
                  s.watermarks().now(c)));
        });
  }
}
