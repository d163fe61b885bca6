package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.TableStream;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.backfill.Backfill.TableBackfill;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.Outage;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.compare.Workers;
import io.dualwrite.reconciler.load.Throttle;
import io.dualwrite.reconciler.state.KeptWindow;
import io.dualwrite.reconciler.window.SideReadException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Copies what is left of one table, span by span, from several threads. */
final class TableFiller {
  private static final int LISTED_PROBLEMS = 20;

  private final TablePair pair;
  private final String name;
  private final Cuts cuts;
  private final Cutter cutter;
  private final List<KeptWindow> kept;
  private final Pace pace;
  private final Throttle throttle;
  private final Outage outage;
  private final BackfillProgress progress;
  private final Optional<SpanCopy> fast;
  private final RowByRow slow;
  private final long began = System.nanoTime();

  private final AtomicLong windows = new AtomicLong();
  private final AtomicLong rows = new AtomicLong();
  private final AtomicLong copied = new AtomicLong();
  private final AtomicLong pending = new AtomicLong();
  private final AtomicLong changed = new AtomicLong();
  private final AtomicLong extra = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong longestHold = new AtomicLong();
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();
  private final List<String> notes = new ArrayList<>();
  private volatile boolean stopped;

  TableFiller(
      Snapshots snapshots,
      LaneLocks locks,
      Lane lane,
      ComparedTable table,
      Cuts cuts,
      Ledger ledger,
      List<KeptWindow> kept,
      Pace pace,
      Throttle throttle,
      Outage outage,
      BackfillProgress progress,
      Workers workers) {
    this.pair = table.pair();
    this.name = pair.name().toString();
    this.cuts = cuts;
    this.kept = kept;
    // What an interrupted process found wanting is no less so now.
    kept.stream()
        .filter(w -> w.result().isFinished())
        .forEach(
            w -> {
              changed.addAndGet(w.changed());
              extra.addAndGet(w.extra());
            });
    this.cutter = new Cutter(snapshots, cuts, Ledger.finished(kept, cuts));
    this.pace = pace;
    this.throttle = throttle;
    this.outage = outage;
    this.progress = progress;
    SpanLook look = new SpanLook(table, cuts, workers.reads());
    this.fast =
        TableStream.of(pair, Side.SOURCE)
            .map(stream -> new SpanCopy(locks, lane, stream, look, ledger, throttle, this::held));
    this.slow = new RowByRow(snapshots, locks, lane, look, ledger);
  }

  void note(String note) {
    notes.add(note);
  }

  private void held(Duration time) {
    longestHold.accumulateAndGet(time.toMillis(), Math::max);
  }

  /** So many take part: as many as send at once, and one that cuts or verifies meanwhile. */
  static int threads(int parallelism) {
    return parallelism + 1;
  }

  /** Copies all that is left. */
  void fill(Workers workers, int parallelism) {
    long before = kept.stream().mapToLong(KeptWindow::sourceRows).sum();
    progress.advance(name, before);
    int threads = cuts.columns().isEmpty() ? 1 : threads(parallelism);
    workers.runAll(Collections.nCopies(threads, this::copyUntilDone));
  }

  private void copyUntilDone() {
    boolean ended = false;
    try {
      while (!stopped) {
        outage.throwIfDown();
        Optional<Span> next = cutter.next(pace.rows());
        if (next.isEmpty()) {
          break;
        }
        add(copy(next.get()));
      }
      ended = true;
    } catch (SideReadException e) {
      failed(outage.problem(e));
    } catch (KeylessRowsException | RewrittenTargetException e) {
      failed(String.valueOf(e.getMessage()));
    } finally {
      if (!ended) {
        stopped = true;
      }
    }
  }

  /** What stops one thread stops them all: what it had taken is left for a later run. */
  private void failed(String problem) {
    stopped = true;
    problems.add(problem);
  }

  private SpanResult copy(Span span) {
    Optional<SpanResult> result = fast.flatMap(f -> f.copy(span, pace));
    if (result.isPresent()) {
      return result.get();
    }
    try (Throttle.Turn turn = throttle.turn()) {
      SpanResult row = slow.copy(span);
      turn.rows(row.sums().source().rows());
      return row;
    }
  }

  private void add(SpanResult result) {
    windows.incrementAndGet();
    rows.addAndGet(result.sums().source().rows());
    copied.addAndGet(result.copied());
    pending.addAndGet(result.pending());
    changed.addAndGet(result.changed());
    extra.addAndGet(result.extra());
    refused.addAndGet(result.refused());
    problems.addAll(result.problems());
    progress.advance(name, result.sums().source().rows());
  }

  /** Whether nothing is left to do. */
  boolean isComplete() {
    return !stopped && refused.get() == 0;
  }

  TableBackfill result() {
    return new TableBackfill(
        name,
        windows.get(),
        kept.stream().filter(w -> w.result().isFinished()).count(),
        rows.get(),
        copied.get(),
        pending.get(),
        changed.get(),
        extra.get(),
        refused.get(),
        isComplete(),
        stopped,
        false,
        Duration.ofMillis(longestHold.get()),
        Duration.ofNanos(System.nanoTime() - began),
        problems.stream().distinct().limit(LISTED_PROBLEMS).toList(),
        notes);
  }
}
