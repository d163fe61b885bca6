package io.dualwrite.benchmarks.system;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Counts the journal's entries four times a second while a load runs, or once if it is bulky. */
final class JournalWatch implements AutoCloseable {
  private static final int EVERY_MILLIS = 250;
  private static final int BULK_EVERY_MILLIS = 1_000;

  private final Connection source;
  private final CountDownLatch end = new CountDownLatch(1);
  private final Thread thread = new Thread(this::watch, "journal-watch");
  private final int everyMillis;
  private volatile long most;

  JournalWatch(Servers servers, Variant variant, Workload workload) throws SQLException {
    everyMillis = workload.bulk() ? BULK_EVERY_MILLIS : EVERY_MILLIS;
    source = servers.source().dataSource(variant.database()).getConnection();
    if (variant.arrival() == Variant.Arrival.THROUGH_THE_JOURNAL) {
      thread.start();
    }
  }

  /** The most entries seen at once. */
  long most() {
    return most;
  }

  private void watch() {
    try (PreparedStatement count =
        source.prepareStatement("SELECT count(*) FROM dualwrite.journal")) {
      while (!end.await(everyMillis, TimeUnit.MILLISECONDS)) {
        try (ResultSet rows = count.executeQuery()) {
          rows.next();
          most = Math.max(most, rows.getLong(1));
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the journal cannot be watched", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws SQLException {
    end.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    source.close();
  }
}
