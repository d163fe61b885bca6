package io.dualwrite;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats a share of the reads on the secondary, in the background, and compares. When its threads
 * are busy and its queue is full, or the secondary is left alone, a read is not repeated; that is
 * counted.
 */
final class ShadowReads implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ShadowReads.class);

  private final String writer;
  private final double sampleRate;
  private final DoubleSupplier random;
  private final ShadowComparator comparator;
  private final MismatchListener listener;
  private final PhaseReader phases;
  private final SecondaryStore secondary;
  private final DualWriteMetrics metrics;
  private final ThreadPoolExecutor threads;

  ShadowReads(
      DualWriterBuilder builder,
      PhaseReader phases,
      SecondaryStore secondary,
      DualWriteMetrics metrics) {
    this.writer = builder.name;
    this.sampleRate = builder.shadowSampleRate;
    this.random = builder.random;
    this.comparator = builder.shadowComparator;
    this.listener = builder.mismatches;
    this.phases = phases;
    this.secondary = secondary;
    this.metrics = metrics;
    threads =
        new ThreadPoolExecutor(
            builder.shadowThreads,
            builder.shadowThreads,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(builder.shadowQueue),
            new ThreadFactoryBuilder()
                .setNameFormat("dualwrite-" + writer + "-shadow-%d")
                .setDaemon(true)
                .build());
    threads.allowCoreThreadTimeOut(true);
  }

  /** Whether the read that is about to be made is to be repeated. */
  boolean samples() {
    return sampleRate > 0 && random.getAsDouble() < sampleRate;
  }

  /**
   * Has a read repeated that the primary answered, in so many nanoseconds. Neither waits nor
   * throws.
   */
  void repeat(
      String operation,
      Optional<Object> key,
      Side primary,
      @Nullable Object answer,
      long primaryNanos,
      StoreCall<?, ?> call) {
    if (secondary.isLeftAlone()) {
      metrics.shadowRead(ShadowOutcome.DROPPED);
      return;
    }
    Attempt attempt =
        new Attempt(
            () -> {
              metrics.shadowLatency(primary, primaryNanos);
              long started = metrics.started();
              Object other = call.call();
              metrics.shadowLatency(primary.other(), System.nanoTime() - started);
              compare(new ShadowMismatch(operation, key, primary, answer, other));
              return answer;
            },
            () -> phases.allows(primary.other()),
            secondary.limit(),
            secondary.clock(),
            new Counting(operation));
    try {
      threads.execute(attempt::run);
    } catch (RejectedExecutionException full) {
      attempt.refuse(FailureReason.OVERLOADED);
    }
  }

  private void compare(ShadowMismatch difference) throws Exception {
    Object primary = difference.primaryAnswer();
    Object other = difference.secondaryAnswer();
    if (primary instanceof BaseStream || primary instanceof Iterator) {
      throw new IllegalArgumentException("an answer that can be read only once cannot be compared");
    }
    if (comparator.same(difference.operation(), primary, other)) {
      metrics.shadowRead(ShadowOutcome.MATCH);
      return;
    }
    metrics.shadowRead(ShadowOutcome.MISMATCH);
    try {
      listener.mismatch(difference);
    } catch (RuntimeException e) {
      log.error("{}: listener for mismatches failed: {}", writer, e.getClass().getName());
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private final class Counting implements Attempt.Observer {
    private final String operation;

    Counting(String operation) {
      this.operation = operation;
    }

    @Override
    public void decided(Verdict verdict) {
      if (!verdict.isSuccess()) {
        log.debug("{}: shadow read \"{}\" failed: {}", writer, operation, verdict.describe());
        metrics.shadowRead(
            verdict.requireReason().isUntried() ? ShadowOutcome.DROPPED : ShadowOutcome.ERROR);
      }
    }

    @Override
    public void ended(boolean succeeded) {}
  }
}
