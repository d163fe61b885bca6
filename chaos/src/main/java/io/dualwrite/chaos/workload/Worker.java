package io.dualwrite.chaos.workload;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread of an application: one operation after the other, as long as it may. */
final class Worker implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration AFTER_A_FAILURE = Duration.ofMillis(30);

  private final Session session;
  private final Operations operations = new Operations();
  private final Duration pace;
  private final BooleanSupplier mayWrite;
  private volatile boolean ended;
  private volatile boolean busy;

  /**
   * @param pace the pause between two operations, on average
   */
  Worker(Session session, Duration pace, BooleanSupplier mayWrite) {
    this.session = session;
    this.pace = pace;
    this.mayWrite = mayWrite;
  }

  @Override
  public void run() {
    while (!ended) {
      busy = true;
      if (mayWrite.getAsBoolean()) {
        work();
      }
      busy = false;
      LockSupport.parkNanos((long) (pace.toNanos() * 2 * session.random().nextDouble()));
    }
  }

  /** Whether an operation may be under way. To be asked after the permission was taken away. */
  boolean busy() {
    return busy && !ended;
  }

  void end() {
    ended = true;
  }

  private void work() {
    try {
      operations.any(session.random()).run(session);
    } catch (SQLException e) {
      LOG.debug("{}: {} {}", session.writer(), e.getSQLState(), e.getMessage());
      if (!String.valueOf(e.getSQLState()).startsWith("40")) {
        LockSupport.parkNanos(AFTER_A_FAILURE.toNanos());
      }
    } catch (RuntimeException e) {
      LOG.error("{}: an operation failed", session.writer(), e);
      LockSupport.parkNanos(AFTER_A_FAILURE.toNanos());
    }
  }
}
