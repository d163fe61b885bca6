package io.dualwrite.jdbc.shadow;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.dualwrite.DualWriteMetrics;
import io.dualwrite.ShadowMismatch;
import io.dualwrite.ShadowOutcome;
import io.dualwrite.jdbc.capture.QueryText;
import io.dualwrite.jdbc.delivery.DeliveryEngine;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats a share of the application's queries on both sides, in the background, once what they
 * read is delivered, and compares. Never waits on the application's thread and never throws there:
 * when both threads are busy and the queue is full, or the secondary is left alone, a query is not
 * repeated, which is counted. A crash loses what waits; nothing else depends on it.
 */
public final class ShadowReads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShadowReads.class);
  static final int THREADS = 2;
  static final int QUEUE = 100;

  /** Looks under the tables' locks until a query counts as one whose rows never rest. */
  private static final int SETTLED_TRIES = 5;

  private final double sampleRate;
  private final ShadowOptions options;
  private final BothSides sides;
  private final DeliveryEngine delivery;
  private final BooleanSupplier mayRead;
  private final DualWriteMetrics metrics;
  private final Eligibilities eligibilities;
  private final SettledReads settled;
  private final MismatchLog log;
  private final ThreadPoolExecutor threads;

  /**
   * Begins none by itself.
   *
   * @param mayRead whether writes are mirrored and the secondary is to be asked
   * @param schema the primary's schema, another object after each change
   */
  public ShadowReads(
      double sampleRate,
      ShadowOptions options,
      BothSides sides,
      DeliveryEngine delivery,
      BooleanSupplier mayRead,
      Supplier<Object> schema,
      DualWriteMetrics metrics) {
    this.sampleRate = sampleRate;
    this.options = options;
    this.sides = sides;
    this.delivery = delivery;
    this.mayRead = mayRead;
    this.metrics = metrics;
    this.eligibilities =
        new Eligibilities(new Examination(sides, delivery::lane), schema, delivery::lane);
    this.settled = new SettledReads(sides);
    this.log = new MismatchLog(sides.migration(), Clock.systemUTC());
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE),
            new ThreadFactoryBuilder()
                .setNameFormat("dualwrite-" + sides.migration() + "-shadow-%d")
                .setDaemon(true)
                .build());
    threads.allowCoreThreadTimeOut(true);
  }

  /** Whether a query of this text that was just answered is to be repeated. */
  public boolean samples(String sql) {
    return options.random().getAsDouble() < sampleRate
        && mayRead.getAsBoolean()
        && eligibilities.text(sql).isPresent();
  }

  /** Has a query repeated. Neither waits nor throws. */
  public void repeat(ShadowRead read) {
    Optional<QueryText> text = eligibilities.text(read.sql());
    if (text.isEmpty() || read.session().hasTemporaryTables()) {
      return;
    }
    try {
      threads.execute(() -> compare(text.get(), read));
    } catch (RejectedExecutionException full) {
      metrics.shadowRead(ShadowOutcome.DROPPED);
    }
  }

  private void compare(QueryText text, ShadowRead read) {
    try {
      if (mayRead.getAsBoolean()) {
        if (eligibilities.of(text, read) instanceof Eligibility.Granted granted) {
          metrics.shadowRead(outcome(new Query(text, read, granted)));
        }
      } else {
        metrics.shadowRead(ShadowOutcome.DROPPED);
      }
    } catch (NoConnectionToSpareException e) {
      metrics.shadowRead(ShadowOutcome.DROPPED);
    } catch (SQLException e) {
      failed(text, "SQLState " + e.getSQLState());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      failed(text, e.getClass().getName());
    }
  }

  /** Only the kind of failure is told: messages of drivers and comparators may quote values. */
  private void failed(QueryText text, String how) {
    metrics.shadowRead(ShadowOutcome.ERROR);
    LOG.debug(
        "migration {}: shadow read {} failed: {}", sides.migration(), text.fingerprint(), how);
  }

  private ShadowOutcome outcome(Query query) throws Exception {
    if (!delivered(query)) {
      return notDelivered();
    }
    Answers first = fresh(query);
    if (isSame(first)) {
      return ShadowOutcome.MATCH;
    }
    for (int i = 0; i < SETTLED_TRIES; i++) {
      if (!delivered(query)) {
        return notDelivered();
      }
      Optional<Answers> answers = settled.read(query);
      if (answers.isPresent()) {
        return isSame(answers.get()) ? ShadowOutcome.MATCH : mismatch(answers.get());
      }
    }
    return ShadowOutcome.DROPPED;
  }

  private boolean delivered(Query query) throws InterruptedException {
    return delivery.await(query.tables(), sides.limit());
  }

  private ShadowOutcome notDelivered() {
    return mayRead.getAsBoolean() ? ShadowOutcome.ERROR : ShadowOutcome.DROPPED;
  }

  /** Both answers as of now, one after the other, with one connection at a time. */
  private Answers fresh(Query query) throws SQLException {
    RowDigest ofPrimary;
    long started;
    try (ReadTransaction primary = sides.beginOnPrimary(query.read())) {
      started = System.nanoTime();
      ofPrimary = query.on(primary, List.of());
      metrics.shadowLatency(sides.primary(), System.nanoTime() - started);
    }
    try (ReadTransaction secondary = sides.beginOnSecondary(query.read())) {
      started = System.nanoTime();
      RowDigest ofSecondary = query.on(secondary, ofPrimary.labels());
      metrics.shadowLatency(sides.primary().other(), System.nanoTime() - started);
      return query.answers(ofPrimary, ofSecondary);
    }
  }

  private boolean isSame(Answers answers) throws Exception {
    return options
        .comparator()
        .same(answers.primary().fingerprint(), answers.primary(), answers.secondary());
  }

  private ShadowOutcome mismatch(Answers answers) {
    ShadowMismatch mismatch =
        new ShadowMismatch(
            answers.primary().fingerprint(),
            Optional.empty(),
            sides.primary(),
            answers.primary(),
            answers.secondary());
    log.tell(mismatch, answers.primary(), answers.secondary());
    try {
      options.mismatches().mismatch(mismatch);
    } catch (RuntimeException e) {
      LOG.error(
          "migration {}: listener for mismatches failed: {}",
          sides.migration(),
          e.getClass().getName());
    }
    return ShadowOutcome.MISMATCH;
  }

  /** Ends what is under way. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      threads.awaitTermination(sides.limit().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
