package io.dualwrite.reconciler.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a server over a connection of its own, again and again, whether it is still there, so that a
 * query of an hour can be told from a server that has stopped. Whatever the server says, an error
 * too, is a sign of life. One thread; ends when closed or when the server has fallen silent.
 */
final class Pulse implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);

  private final DataSource probe;
  private final Duration silence;
  private final Runnable silent;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private @Nullable Connection connection;

  /**
   * @param probe connections that give up by themselves within a fraction of {@code silence}
   * @param silence after how long without a sign of life the server counts as gone
   * @param silent is run then, once
   */
  Pulse(String name, DataSource probe, Duration silence, Runnable silent) {
    this.probe = probe;
    this.silence = silence;
    this.silent = silent;
    this.thread = new Thread(this::listen, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void listen() {
    try {
      long heard = System.nanoTime();
      while (!closed.await(silence.toMillis() / 4, TimeUnit.MILLISECONDS)) {
        if (answers()) {
          heard = System.nanoTime();
        } else if (System.nanoTime() - heard > silence.toNanos()) {
          silent.run();
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      disconnect();
    }
  }

  private boolean answers() {
    try {
      if (connection == null) {
        connection = probe.getConnection();
      }
      try (Statement statement = connection.createStatement()) {
        statement.execute("select 1");
      }
      return true;
    } catch (SQLException e) {
      LOG.debug("No answer to a sign of life ({})", e.getSQLState());
      disconnect();
      return e instanceof PSQLException said && said.getServerErrorMessage() != null;
    }
  }

  private void disconnect() {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        LOG.debug("Closing the connection for signs of life failed ({})", e.getSQLState());
      }
      connection = null;
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
