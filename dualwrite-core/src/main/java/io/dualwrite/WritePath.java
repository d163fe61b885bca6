package io.dualwrite;

import static java.util.Objects.requireNonNull;

import io.dualwrite.journal.JournalEntry;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a write goes to one store or to both. */
final class WritePath {
  private static final Logger log = LoggerFactory.getLogger(WritePath.class);

  private final String name;
  private final PhaseReader phases;
  private final FailurePolicy policy;
  private final Delivery delivery;
  private final SecondaryStore secondary;
  private final @Nullable Recovery<?> recovery;
  private final @Nullable Replay replay;
  private final @Nullable Compensation compensation;
  private final MissedWriteListener missedWrites;
  private final DualWriteMetrics metrics;
  private final KeyOrder order = new KeyOrder();

  WritePath(
      DualWriterBuilder builder,
      PhaseReader phases,
      SecondaryStore secondary,
      @Nullable Recovery<?> recovery,
      @Nullable Replay replay,
      DualWriteMetrics metrics) {
    this.name = builder.name;
    this.phases = phases;
    this.policy = builder.failurePolicy;
    this.delivery = builder.delivery;
    this.secondary = secondary;
    this.recovery = recovery;
    this.replay = replay;
    this.compensation = builder.compensation;
    this.missedWrites = builder.missedWrites;
    this.metrics = metrics;
  }

  <T extends @Nullable Object, E extends Exception> T write(
      String operation,
      Object key,
      StoreCall<T, E> source,
      StoreCall<T, E> target,
      @Nullable Compensation undo)
      throws E {
    Phase phase = phases.effective();
    StoreCall<T, E> primary = phase.primary() == Side.SOURCE ? source : target;
    if (!phase.isDual()) {
      return onPrimary(operation, phase.primary(), primary);
    }
    requireNonNull(key, "key");
    Object orderKey = recovery == null ? key : recovery.keyText(key);
    Side follower = phase.secondary();
    boolean strict = policy == FailurePolicy.STRICT;
    if (strict && !secondary.admits()) {
      throw refused(operation, key, follower);
    }

    KeyOrder.Turn turn = order.enter(orderKey);
    JournalEntry entry = record(operation, key, phase.primary(), turn);
    boolean unrecorded = entry == null && policy == FailurePolicy.RECOVER;
    DualWrite write = new DualWrite(this, operation, key, follower, turn, entry, unrecorded);
    turn.beginPrimary();
    T answer;
    try {
      answer = onPrimary(operation, phase.primary(), primary);
    } catch (Throwable failure) {
      turn.endPrimary();
      if (strict) {
        secondary.giveBack();
      }
      write.primaryFailed();
      throw failure;
    }
    StoreCall<T, E> other = follower == Side.SOURCE ? source : target;
    Attempt attempt = start(write, orderKey, follower, other, strict);
    turn.endPrimary();
    if (strict) {
      confirm(write, attempt, operation, key, follower, answer, undo == null ? compensation : undo);
    } else {
      write.applicationDone();
      if (delivery == Delivery.SYNC) {
        attempt.watch(secondary.limit());
      }
    }
    return answer;
  }

  String name() {
    return name;
  }

  DualWriteMetrics metrics() {
    return metrics;
  }

  /** Ends a write's journal entry. */
  void end(JournalEntry entry, boolean inStep, Set<Long> ordered) {
    Recovery<?> recovering = requireNonNull(recovery);
    recovering.end(
        entry,
        () -> {
          if (inStep && recovering.journal().settle(entry, ordered)) {
            return;
          }
          if (!inStep) {
            recovering.journal().leave(entry);
          }
          requireNonNull(replay).wake();
        });
  }

  /** The secondary may lack this, and nothing remembers it. */
  void missed(String operation, Object key, FailureReason reason) {
    if (reason == FailureReason.OVERLAP || reason == FailureReason.JOURNAL) {
      metrics.secondaryFailure(name, reason.label());
    }
    try {
      missedWrites.missed(operation, key, reason);
    } catch (RuntimeException e) {
      log.error("{}: listener for missed writes failed: {}", name, missedWrites, e);
    }
  }

  private <T extends @Nullable Object, E extends Exception> T onPrimary(
      String operation, Side side, StoreCall<T, E> call) throws E {
    long started = metrics.started();
    WriteOutcome outcome = WriteOutcome.FAILURE;
    try {
      T answer = call.call();
      outcome = WriteOutcome.SUCCESS;
      return answer;
    } finally {
      metrics.write(name, operation, side, outcome, started);
    }
  }

  private @Nullable JournalEntry record(
      String operation, Object key, Side primary, KeyOrder.Turn turn) {
    if (recovery == null) {
      return null;
    }
    try {
      JournalEntry entry = recovery.begin(recovery.keyText(key), primary);
      turn.entry(entry.id());
      return entry;
    } catch (RuntimeException e) {
      if (policy == FailurePolicy.STRICT) {
        turn.exit();
        secondary.giveBack();
        throw new JournalWriteException(name, operation, key, e);
      }
      return null;
    }
  }

  private Attempt start(
      DualWrite write, Object orderKey, Side follower, StoreCall<?, ?> call, boolean admitted) {
    if (!admitted && !secondary.admits()) {
      Attempt refused =
          new Attempt(write.timed(call), () -> false, secondary.limit(), secondary.clock(), write);
      refused.refuse(FailureReason.CIRCUIT_OPEN);
      return refused;
    }
    return secondary.start(orderKey, write.timed(call), () -> phases.allows(follower), write);
  }

  private void confirm(
      DualWrite write,
      Attempt attempt,
      String operation,
      Object key,
      Side follower,
      @Nullable Object answer,
      @Nullable Compensation undo) {
    Verdict verdict = attempt.await(secondary.limit());
    if (verdict.isSuccess() || verdict.reason() == FailureReason.KILL_SWITCH) {
      write.applicationDone();
      return;
    }
    FailureReason reason = verdict.requireReason();
    Side primary = follower.other();
    try {
      if (undo == null) {
        throw failed(operation, key, follower, verdict, true, "the " + primary.label() + " has it");
      }
      undo(undo, new Compensation.FailedWrite(operation, key, primary, answer, reason), verdict);
    } finally {
      write.applicationGaveUp(reason);
    }
  }

  private void undo(Compensation undo, Compensation.FailedWrite write, Verdict verdict) {
    // An interrupt that ended the waiting must not end the way back as well.
    boolean interrupted = Thread.interrupted();
    Side primary = write.primary();
    Side follower = primary.other();
    try {
      undo.compensate(write);
    } catch (Throwable failure) {
      SecondaryWriteException both =
          failed(
              write.operation(),
              write.key(),
              follower,
              verdict,
              true,
              "the compensation failed, so the " + primary.label() + " may have it");
      both.addSuppressed(failure);
      throw both;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    throw failed(
        write.operation(),
        write.key(),
        follower,
        verdict,
        false,
        "it was taken back from the " + primary.label());
  }

  private SecondaryWriteException refused(String operation, Object key, Side follower) {
    Verdict open = Verdict.of(FailureReason.CIRCUIT_OPEN);
    metrics.secondaryFailure(name, FailureReason.CIRCUIT_OPEN.label());
    return failed(operation, key, follower, open, false, "nothing was written");
  }

  private SecondaryWriteException failed(
      String operation,
      Object key,
      Side follower,
      Verdict verdict,
      boolean primaryWritten,
      String state) {
    return new SecondaryWriteException(
        name, operation, key, follower, verdict, primaryWritten, state);
  }
}
