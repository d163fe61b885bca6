package io.dualwrite;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.dualwrite.journal.JournalEntry;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The background worker that copies the keys that the journal names. It goes over the journal when
 * a write has left an entry, and at an interval for entries of other processes and of the dead. A
 * key that fails is left alone for longer and longer; the others go on.
 */
final class Replay implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Replay.class);
  private static final int PAGE = 200;
  private static final long LEAST_PAUSE_MILLIS = 10;

  private final String writer;
  private final PhaseReader phases;
  private final SecondaryStore secondary;
  private final Recovery<?> recovery;
  private final DualWriteMetrics metrics;
  private final Duration interval;
  private final Setbacks setbacks;
  private final int mostCopies;
  private final Semaphore copies;
  private final Semaphore wakes = new Semaphore(0);
  private final AtomicBoolean unreadable = new AtomicBoolean();
  private final Thread thread;
  private volatile boolean closed;

  Replay(
      DualWriterBuilder builder,
      PhaseReader phases,
      SecondaryStore secondary,
      Recovery<?> recovery,
      DualWriteMetrics metrics) {
    this.writer = builder.name;
    this.phases = phases;
    this.secondary = secondary;
    this.recovery = recovery;
    this.metrics = metrics;
    this.interval = builder.replayInterval;
    this.setbacks = new Setbacks(writer, builder.retry.delays());
    this.mostCopies = builder.secondaryThreads;
    this.copies = new Semaphore(mostCopies);
    thread =
        new ThreadFactoryBuilder()
            .setNameFormat("dualwrite-" + writer + "-copier")
            .setDaemon(true)
            .build()
            .newThread(this::run);
  }

  void start() {
    thread.start();
  }

  /** There is something to copy. */
  void wake() {
    wakes.release();
  }

  /** Starts no further copies; those under way are the secondary's to end. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(secondary.limit().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closed) {
        wakes.drainPermits();
        long began = System.nanoTime();
        pass();
        TimeUnit.MILLISECONDS.sleep(LEAST_PAUSE_MILLIS);
        wakes.tryAcquire(setbacks.nextIn(began, interval.toNanos()), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      log.debug("{}: copier stopped", writer);
    }
  }

  private void pass() throws InterruptedException {
    try {
      long after = 0;
      List<JournalEntry> page = List.of();
      do {
        if (secondary.isLeftAlone() || !phases.effective().isDual()) {
          return;
        }
        page = recovery.journal().pending(after, PAGE, recovery.takeOverAfter());
        copyAll(page);
        after = page.isEmpty() ? after : page.get(page.size() - 1).id();
      } while (page.size() == PAGE);
      if (unreadable.compareAndSet(true, false)) {
        log.warn("{}: the journal can be read again", writer);
      }
    } catch (RuntimeException e) {
      if (!closed && unreadable.compareAndSet(false, true)) {
        log.error("{}: the journal cannot be read; what it names waits", writer, e);
      }
    }
  }

  private void copyAll(List<JournalEntry> page) throws InterruptedException {
    long now = System.nanoTime();
    Set<String> keys = new LinkedHashSet<>();
    for (JournalEntry each : page) {
      if (!recovery.isAtWork(each) && !setbacks.isLeftAlone(each.key(), now)) {
        keys.add(each.key());
      }
    }
    for (String key : keys) {
      copies.acquire();
      CopyTask task = new CopyTask(writer, key, phases, secondary, recovery, metrics, this::ended);
      if (!secondary.inOrder(key, task)) {
        copies.release();
      }
    }
    copies.acquire(mostCopies);
    copies.release(mostCopies);
  }

  private void ended(CopyTask.Result result) {
    switch (result.outcome()) {
      case DONE -> setbacks.succeeded(result.key());
      case AGAIN -> wake();
      case FAILED ->
          setbacks.failed(result.key(), String.valueOf(result.failure()), System.nanoTime());
      case LATER -> {}
    }
    copies.release();
  }
}
