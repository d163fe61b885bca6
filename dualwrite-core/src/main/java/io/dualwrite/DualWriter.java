package io.dualwrite;

import static java.util.Objects.requireNonNull;

import io.dualwrite.journal.InMemoryJournal;
import io.dualwrite.journal.Journal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to two stores of any kind, and reads from the one that is primary.
 *
 * <p>The primary's answer is the application's: what it returns or throws is returned or thrown,
 * unchanged. The secondary is called after the primary has answered, on a thread of the writer's
 * own, never if the primary threw. The phase and the kill switch are read once per call.
 *
 * <p>What happens when the secondary fails, and what a crash loses:
 *
 * <ul>
 *   <li>{@link FailurePolicy#RECOVER}: the key is in the {@link Journal} before the primary is
 *       called and leaves it when the secondary has the write, so a crash at any point loses
 *       nothing, as long as the journal is kept: the {@link Copier} brings the key over later. With
 *       {@link InMemoryJournal} a crash loses the writes that had not reached the secondary.
 *   <li>{@link FailurePolicy#STRICT}: the application gets a {@link SecondaryWriteException}; a
 *       {@link Compensation}, if given, has taken the write back from the primary before. A crash
 *       between the two stores leaves the primary with a write that the secondary lacks, unless a
 *       journal and a copier are given as well.
 *   <li>{@link FailurePolicy#BEST_EFFORT}: counted, and tried again from memory if a copier is
 *       given. A crash loses it.
 * </ul>
 *
 * <p>Writes of one key reach the secondary in the primary's order. Where that order cannot be
 * known, because two writes of the key ran on the primary at the same time, or in two processes,
 * the journal keeps the key and the copier settles it.
 *
 * <p>Safe for use by many threads. Bounded: when too many writes wait for the secondary, further
 * ones are treated as failed on it.
 */
public final class DualWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DualWriter.class);
  private static final long AWAIT_STEP_NANOS = 5_000_000;

  private final String name;
  private final @Nullable KillSwitchMonitor ownMonitor;
  private final SecondaryStore secondary;
  private final ShadowReads shadows;
  private final @Nullable Recovery<?> recovery;
  private final @Nullable Replay replay;
  private final DualWriteMetrics metrics;
  private final WritePath writes;
  private final ReadPath reads;

  DualWriter(DualWriterBuilder builder, Supplier<Phase> phase) {
    name = builder.name;
    boolean inMemory =
        builder.killSwitch instanceof KillSwitchMonitor || builder.killSwitch == KillSwitch.never();
    ownMonitor = inMemory ? null : KillSwitchMonitor.start(builder.killSwitch);
    PhaseReader phases =
        new PhaseReader(phase, ownMonitor == null ? builder.killSwitch : ownMonitor);
    metrics = DualWriteMetrics.of(builder.meterRegistry, name);
    secondary =
        new SecondaryStore(
            name,
            builder.secondary,
            builder.retry,
            builder.secondaryThreads,
            builder.secondaryQueue);
    shadows = new ShadowReads(builder, phases, secondary, metrics);
    recovery = builder.recovery();
    replay = recovery == null ? null : new Replay(builder, phases, secondary, recovery, metrics);
    writes = new WritePath(builder, phases, secondary, recovery, replay, metrics);
    reads = new ReadPath(phases, shadows);
    metrics.showState(phase, phases.killSwitch()::engaged);
    metrics.show(secondary.breaker());
    if (recovery != null && replay != null) {
      Journal journal = recovery.journal();
      metrics.showJournal(
          journal::size, () -> journal.oldestAge().map(age -> age.toNanos() / 1e9).orElse(0.0));
      replay.start();
    }
    log.info(
        "{}: {} in phase {}, {}",
        name,
        builder.failurePolicy,
        phase.get(),
        recovery == null ? "no journal" : recovery.journal());
  }

  /**
   * A writer called {@code name} (in all messages; the migration and the table of its metrics), to
   * be configured.
   */
  public static DualWriterBuilder builder(String name) {
    return new DualWriterBuilder(name);
  }

  /**
   * Writes {@code key} to the primary and lets the secondary follow.
   *
   * @param operation what the application calls this write, for metrics and messages
   * @param key what is written; known before the write and the same on both sides
   * @return the primary's answer
   * @throws E the primary's own exception
   * @throws DualWriteException under {@code STRICT}, if the secondary did not take the write
   */
  public <T extends @Nullable Object, E extends Exception> T write(
      String operation, Object key, StoreCall<T, E> source, StoreCall<T, E> target) throws E {
    return writes.write(operation, key, source, target, null);
  }

  /**
   * As {@link #write(String, Object, StoreCall, StoreCall)}; under {@code STRICT}, {@code undo}
   * takes this write back instead of the builder's compensation.
   */
  public <T extends @Nullable Object, E extends Exception> T write(
      String operation,
      Object key,
      StoreCall<T, E> source,
      StoreCall<T, E> target,
      Compensation undo)
      throws E {
    return writes.write(operation, key, source, target, undo);
  }

  /** As {@link #write(String, Object, StoreCall, StoreCall)}, for calls without an answer. */
  public <E extends Exception> void write(
      String operation, Object key, StoreAction<E> source, StoreAction<E> target) throws E {
    writes.write(operation, key, source.asCall(), target.asCall(), null);
  }

  /**
   * As {@link #write(String, Object, StoreCall, StoreCall, Compensation)}, for calls without an
   * answer.
   */
  public <E extends Exception> void write(
      String operation, Object key, StoreAction<E> source, StoreAction<E> target, Compensation undo)
      throws E {
    writes.write(operation, key, source.asCall(), target.asCall(), undo);
  }

  /**
   * Reads from the primary.
   *
   * @return the primary's answer
   * @throws E the primary's own exception
   */
  public <T extends @Nullable Object, E extends Exception> T read(
      String operation, StoreCall<T, E> source, StoreCall<T, E> target) throws E {
    return reads.read(operation, Optional.empty(), source, target);
  }

  <T extends @Nullable Object, E extends Exception> T read(
      String operation, Optional<Object> key, StoreCall<T, E> source, StoreCall<T, E> target)
      throws E {
    return reads.read(operation, key, source, target);
  }

  /**
   * A repository that sends each call to {@code source}, {@code target} or both, by the {@link
   * Write} and {@link Read} on the interface's methods. Default methods without either run on the
   * proxy and may call the others. Exceptions are the repositories' own.
   *
   * @throws IllegalArgumentException if a method cannot be routed: it has neither annotation or
   *     both, writes without a {@link Key}, or answers before its work is done, like a {@code
   *     Future}
   */
  public <R> R proxy(Class<R> repository, R source, R target) {
    return RepositoryProxy.of(
        this, repository, requireNonNull(source, "source"), requireNonNull(target, "target"));
  }

  /** The writer's name. */
  public String name() {
    return name;
  }

  /**
   * Waits until the journal is empty, writes under way included: what must be so before the phase
   * changes.
   *
   * @return whether it is, or there is no journal
   */
  public boolean awaitDelivered(Duration timeout) throws InterruptedException {
    if (recovery == null || replay == null) {
      return true;
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!recovery.isEmpty()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      replay.wake();
      LockSupport.parkNanos(AWAIT_STEP_NANOS);
    }
    return true;
  }

  /**
   * Ends the background work: writes waiting for the secondary may still reach it for the length of
   * its time limit. The rest is left to the journal. The journal and the stores are the caller's to
   * close.
   */
  @Override
  public void close() {
    if (replay != null) {
      replay.close();
    }
    shadows.close();
    secondary.close();
    if (ownMonitor != null) {
      ownMonitor.close();
    }
    metrics.close();
  }

  @Override
  public String toString() {
    return "DualWriter[" + name + "]";
  }
}
