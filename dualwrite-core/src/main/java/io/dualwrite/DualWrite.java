package io.dualwrite;

import io.dualwrite.journal.JournalEntry;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The course of one write to both stores. It is over when the application's part and the
 * secondary's part are; only then does its journal entry end, so that nothing copies the key while
 * a late call of the secondary may still land.
 */
final class DualWrite implements Attempt.Observer {
  private final WritePath path;
  private final String operation;
  private final Object key;
  private final Side secondary;
  private final KeyOrder.Turn turn;
  private final @Nullable JournalEntry entry;
  private final boolean unrecorded;
  private final AtomicInteger partsLeft = new AtomicInteger(2);
  private volatile long started;
  private volatile @Nullable FailureReason missing;
  private volatile @Nullable FailureReason gaveUp;

  /**
   * A write about to begin.
   *
   * @param entry its entry in the journal, if there is one
   * @param unrecorded whether the journal should have had one and could not take it
   */
  DualWrite(
      WritePath path,
      String operation,
      Object key,
      Side secondary,
      KeyOrder.Turn turn,
      @Nullable JournalEntry entry,
      boolean unrecorded) {
    this.path = path;
    this.operation = operation;
    this.key = key;
    this.secondary = secondary;
    this.turn = turn;
    this.entry = entry;
    this.unrecorded = unrecorded;
    this.started = path.metrics().started();
  }

  /** The secondary's call, timed from when it begins. */
  Callable<?> timed(StoreCall<?, ?> call) {
    return () -> {
      started = path.metrics().started();
      return call.call();
    };
  }

  @Override
  public void decided(Verdict verdict) {
    path.metrics().write(path.name(), operation, secondary, verdict.outcome(), started);
    if (!verdict.isSuccess()) {
      missing = verdict.requireReason();
      path.metrics().secondaryFailure(path.name(), verdict.requireReason().label());
    }
  }

  @Override
  public void ended(boolean succeeded) {
    if (succeeded) {
      missing = null;
    }
    partEnded();
  }

  /** The application's thread has nothing more to do with it. */
  void applicationDone() {
    partEnded();
  }

  /** As {@link #applicationDone()}; whatever the secondary's call did, the key is to be copied. */
  void applicationGaveUp(FailureReason reason) {
    gaveUp = reason;
    partEnded();
  }

  /**
   * The primary threw, so the secondary is not called. The primary may have the write all the same.
   */
  void primaryFailed() {
    if (entry != null) {
      path.end(entry, false, Set.of());
    }
    turn.exit();
  }

  private void partEnded() {
    if (partsLeft.decrementAndGet() == 0) {
      finish(gaveUp == null ? missing : gaveUp);
    }
  }

  private void finish(@Nullable FailureReason reason) {
    boolean overlapped = turn.overlapped();
    if (entry != null) {
      path.end(entry, reason == null && !overlapped, turn.entries());
    } else if (unrecorded) {
      path.missed(operation, key, FailureReason.JOURNAL);
    } else if (reason != null) {
      path.missed(operation, key, reason);
    } else if (overlapped) {
      path.missed(operation, key, FailureReason.OVERLAP);
    }
    turn.exit();
  }
}
