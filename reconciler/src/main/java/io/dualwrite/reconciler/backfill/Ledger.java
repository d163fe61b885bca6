package io.dualwrite.reconciler.backfill;

import io.dualwrite.reconciler.state.KeptWindow;
import io.dualwrite.reconciler.state.KeptWindow.Result;
import io.dualwrite.reconciler.state.RunWindows;
import io.dualwrite.reconciler.state.TableRun;
import io.dualwrite.reconciler.window.Window;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps a table's finished spans in the target, each in the transaction that brings its rows. Safe
 * for use by several threads.
 */
final class Ledger {
  private final RunWindows windows;
  private final TableRun table;
  private final AtomicInteger next;

  /** Goes on numbering behind what is kept. */
  Ledger(RunWindows windows, TableRun table, List<KeptWindow> kept) {
    this.windows = windows;
    this.table = table;
    this.next = new AtomicInteger(kept.stream().mapToInt(KeptWindow::number).max().orElse(-1) + 1);
  }

  /** Within the transaction on the target. */
  void keep(Connection target, Window window, SpanResult result) throws SQLException {
    windows.done(
        target,
        table,
        List.of(
            new KeptWindow(
                next.getAndIncrement(),
                window,
                kind(result),
                result.sums().source().rows(),
                result.sums().target().rows(),
                result.refused(),
                result.extra(),
                result.changed(),
                Optional.of(result.sums().source().digest()),
                Optional.of(result.sums().target().digest()),
                true,
                reason(result),
                List.of())));
  }

  private static Result kind(SpanResult result) {
    if (result.refused() > 0) {
      return Result.FAILED;
    }
    if (result.changed() + result.extra() > 0) {
      return Result.DIFFERS;
    }
    return result.isEqual() ? Result.EQUAL : Result.DONE;
  }

  private static Optional<String> reason(SpanResult result) {
    if (result.refused() > 0) {
      return Optional.of(result.refused() + " rows refused by the target");
    }
    return result.pending() > 0
        ? Optional.of(result.pending() + " rows waiting in the journal or set aside")
        : Optional.empty();
  }

  /** The spans out of these that need no more work. */
  static List<Span> finished(List<KeptWindow> kept, Cuts cuts) {
    List<Span> spans = new ArrayList<>();
    int columns = cuts.columns().size();
    for (KeptWindow window : kept) {
      if (window.result().isFinished()) {
        Window w = window.window();
        spans.add(
            w.kind() == Window.Kind.NULL_TIME
                ? Span.NULLS
                : Span.of(
                    Optional.ofNullable(w.from()).map(b -> Bounds.values(b, columns)),
                    Optional.ofNullable(w.to()).map(b -> Bounds.values(b, columns))));
      }
    }
    return spans;
  }
}
