package io.dualwrite.reconciler.backfill;

import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.state.KeptWindow;
import io.dualwrite.reconciler.state.KeptWindow.Result;
import io.dualwrite.reconciler.state.RunTables;
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
  private final RunTables tables;
  private final TableRun table;
  private final TablePair pair;
  private final AtomicInteger next;
  private volatile Storage storage;

  /**
   * Goes on numbering behind what is kept.
   *
   * @param storage where the target's rows lie, as it is kept with the table
   */
  Ledger(
      RunWindows windows,
      RunTables tables,
      TableRun table,
      List<KeptWindow> kept,
      TablePair pair,
      Storage storage) {
    this.windows = windows;
    this.tables = tables;
    this.table = table;
    this.pair = pair;
    this.storage = storage;
    this.next = new AtomicInteger(kept.stream().mapToInt(KeptWindow::number).max().orElse(-1) + 1);
  }

  /**
   * Keeps it and commits what the lock holds. Whoever has the lane's lock is alone with it.
   *
   * @throws RewrittenTargetException if finished spans may be gone; nothing is committed then
   */
  void commit(LockedCopy lock, Window window, SpanResult result) throws SQLException {
    Connection target = lock.secondary();
    Storage now = Storage.read(target, pair.target());
    if (!now.holds(storage)) {
      throw new RewrittenTargetException(pair);
    }
    if (!now.equals(storage)) {
      // Partitions that the rows, or others, have brought.
      tables.setDetail(target, table, now.text());
    }
    keep(target, window, result);
    lock.commit();
    storage = now;
  }

  private void keep(Connection target, Window window, SpanResult result) throws SQLException {
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
