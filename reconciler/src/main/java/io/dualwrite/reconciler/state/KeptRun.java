package io.dualwrite.reconciler.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run in progress: its finished windows are written behind the work, several in a transaction,
 * and the run is said to be alive.
 *
 * <p>A window is finished once it is written: after a kill, those of the last tenth of a second are
 * looked at again. Safe for use by several threads. Closing it writes what is left; a run that was
 * not ended can be taken up again.
 */
public final class KeptRun implements AutoCloseable {
  /** So long windows are gathered for one transaction. */
  private static final long GATHER_MILLIS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(KeptRun.class);

  private final DataSource target;
  private final Stores stores;
  private final Run run;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Opening> openings = new ArrayDeque<>();
  private Map<CompletableFuture<TableRun>, List<KeptWindow>> waiting = new LinkedHashMap<>();
  private boolean writing;
  private int flushing;
  private boolean closing;
  private @Nullable SQLException failure;
  private volatile boolean over;
  private final CountDownLatch ended = new CountDownLatch(1);

  KeptRun(DataSource target, Stores stores, Run run) {
    this.target = target;
    this.stores = stores;
    this.run = run;
    Thread writer = new Thread(this::write, "reconciler-state");
    writer.setDaemon(true);
    writer.start();
  }

  /** What is done in one transaction on the target. */
  public interface Work<T> {
    /** Does it on a connection with auto-commit off; the caller commits. */
    T in(Connection target, Stores stores) throws SQLException;
  }

  /** The run. */
  public Run run() {
    return run;
  }

  /** A table that is about to be taken up. */
  private record Opening(Work<TableRun> work, CompletableFuture<TableRun> table) {}

  /**
   * Takes up a table soon, before any window of it is written. Fails with the run's {@link
   * #failure}.
   */
  public CompletableFuture<TableRun> begin(Work<TableRun> work) {
    CompletableFuture<TableRun> table = new CompletableFuture<>();
    lock.lock();
    try {
      if (failure != null) {
        return CompletableFuture.failedFuture(failure);
      }
      openings.add(new Opening(work, table));
      changed.signalAll();
      return table;
    } finally {
      lock.unlock();
    }
  }

  /** Writes these windows soon. */
  public void done(CompletableFuture<TableRun> table, List<KeptWindow> windows) {
    lock.lock();
    try {
      waiting.computeIfAbsent(table, t -> new ArrayList<>()).addAll(windows);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Keeps these windows in the caller's transaction.
   *
   * @throws TakenOverException if the run is not this process' any more: roll back
   */
  public void mark(Connection connection, TableRun table, List<KeptWindow> windows)
      throws SQLException {
    stores.windows().done(connection, table, windows);
  }

  /**
   * Why nothing can be kept any more, if that is so: another process has taken the run over, or the
   * target refuses. Windows written until then are kept.
   */
  public Optional<SQLException> failure() {
    lock.lock();
    try {
      return Optional.ofNullable(failure);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Does something with the kept state in a transaction of its own, after everything handed over
   * before is written.
   *
   * @throws SQLException also when earlier windows could not be written
   */
  public <T> T transact(Work<T> work) throws SQLException {
    flush();
    try (Connection connection = target.getConnection()) {
      return inTransaction(connection, c -> work.in(c, stores));
    }
  }

  /**
   * Does something with the kept state in a transaction of its own, whatever has become of the run.
   */
  public <T> T apart(Work<T> work) throws SQLException {
    return transact(target, stores, work);
  }

  private void flush() throws SQLException {
    lock.lock();
    flushing++;
    try {
      changed.signalAll();
      while (failure == null && (writing || !waiting.isEmpty() || !openings.isEmpty())) {
        changed.awaitUninterruptibly();
      }
      if (failure != null) {
        throw failure;
      }
    } finally {
      flushing--;
      lock.unlock();
    }
  }

  /** Ends the run: it cannot be taken up again. What is of no use any more is removed. */
  public void end(String outcome) throws SQLException {
    transact(
        (c, s) -> {
          s.runs().end(c, run, outcome);
          s.retention().prune(c);
          return true;
        });
    over = true;
  }

  private void write() {
    try {
      Optional<Batch> batch = next();
      while (batch.isPresent()) {
        write(batch.get());
        batch = next();
      }
    } catch (SQLException e) {
      LOG.debug("Run {} keeps nothing more: {}", run.id(), e.getSQLState());
      fail(e);
    } catch (RuntimeException e) {
      // Whoever waits for what is to be written must not wait for ever.
      fail(new SQLException("what is to be kept cannot be written", e));
      throw e;
    } finally {
      ended.countDown();
    }
  }

  /** What is written in one transaction. */
  private record Batch(
      List<Opening> openings, Map<CompletableFuture<TableRun>, List<KeptWindow>> windows) {}

  /**
   * What has come in, tables to be taken up at once; empty at the end. Nothing to write is a sign
   * of life after a while.
   */
  private Optional<Batch> next() {
    lock.lock();
    try {
      writing = false;
      changed.signalAll();
      long millis = Runs.HEARTBEAT.toMillis();
      while (openings.isEmpty() && waiting.isEmpty() && !closing && millis > 0) {
        millis = await(millis);
      }
      millis = GATHER_MILLIS;
      while (openings.isEmpty() && !closing && flushing == 0 && millis > 0) {
        millis = await(millis);
      }
      if (openings.isEmpty() && waiting.isEmpty() && closing) {
        return Optional.empty();
      }
      Batch batch = new Batch(List.copyOf(openings), waiting);
      openings.clear();
      waiting = new LinkedHashMap<>();
      writing = true;
      return Optional.of(batch);
    } finally {
      lock.unlock();
    }
  }

  private long await(long millis) {
    try {
      return TimeUnit.NANOSECONDS.toMillis(
          changed.awaitNanos(TimeUnit.MILLISECONDS.toNanos(millis)));
    } catch (InterruptedException e) {
      closing = true;
      return 0;
    }
  }

  private void write(Batch batch) throws SQLException {
    Map<CompletableFuture<TableRun>, TableRun> begun = new LinkedHashMap<>();
    try (Connection connection = target.getConnection()) {
      inTransaction(
          connection,
          c -> {
            for (Opening opening : batch.openings()) {
              begun.put(opening.table(), opening.work().in(c, stores));
            }
            if (batch.windows().isEmpty() && !begun.isEmpty()) {
              return true;
            }
            try (Statement statement = c.createStatement()) {
              // What a crash of the server forgets is looked at again.
              statement.execute("SET LOCAL synchronous_commit = off");
            }
            for (CompletableFuture<TableRun> table : batch.windows().keySet()) {
              TableRun here = begun.containsKey(table) ? begun.get(table) : table.join();
              stores.windows().done(c, here, batch.windows().get(table));
            }
            stores.runs().touch(c, run);
            return true;
          });
    } catch (SQLException | RuntimeException e) {
      batch.openings().forEach(o -> o.table().completeExceptionally(e));
      throw e;
    }
    begun.forEach(CompletableFuture::complete);
  }

  private void fail(SQLException e) {
    lock.lock();
    try {
      failure = e;
      writing = false;
      waiting.clear();
      openings.forEach(o -> o.table().completeExceptionally(e));
      openings.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private interface Transaction<T> {
    T in(Connection connection) throws SQLException;
  }

  /** Does something with the kept state that belongs to no run in progress. */
  public static <T> T transact(DataSource target, Stores stores, Work<T> work) throws SQLException {
    try (Connection connection = target.getConnection()) {
      return inTransaction(connection, c -> work.in(c, stores));
    }
  }

  private static <T> T inTransaction(Connection connection, Transaction<T> work)
      throws SQLException {
    connection.setAutoCommit(false);
    try {
      // Under another default, what is seen would be older than the lock that was waited for.
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
      }
      T result = work.in(connection);
      connection.commit();
      return result;
    } catch (SQLException | RuntimeException e) {
      try {
        connection.rollback();
      } catch (SQLException again) {
        e.addSuppressed(again);
      }
      throw e;
    } finally {
      if (!connection.isClosed()) {
        connection.setAutoCommit(true);
      }
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (!over && failure().isEmpty()) {
      release();
    }
  }

  private void release() {
    try {
      transact(target, stores, (c, s) -> released(c, s.runs()));
    } catch (SQLException e) {
      // It is taken for gone a few seconds later all the same.
      LOG.debug("Run {} could not be let go of: {}", run.id(), e.getSQLState());
    }
  }

  private boolean released(Connection connection, Runs runs) throws SQLException {
    runs.release(connection, run);
    return true;
  }
}
