package io.dualwrite.benchmarks.system;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Looks at the journal's size and its rows, alive and dead, once a second while a load runs. */
final class JournalSize implements AutoCloseable {
  private static final int EVERY_MILLIS = 1_000;

  /** What is there at one moment, or the most of each: entries, dead rows, and bytes. */
  record Fill(long pending, long dead, long table, long indexes) {
    Fill most(Fill other) {
      return new Fill(
          Math.max(pending, other.pending),
          Math.max(dead, other.dead),
          Math.max(table, other.table),
          Math.max(indexes, other.indexes));
    }
  }

  private final Connection source;
  private final CountDownLatch end = new CountDownLatch(1);
  private final Thread thread = new Thread(this::watch, "journal-size");
  private volatile Fill most = new Fill(0, 0, 0, 0);

  JournalSize(Servers servers, String database) throws SQLException {
    source = servers.source().dataSource(database).getConnection();
    thread.start();
  }

  /** The most of each since the last time that this was asked. */
  synchronized Fill mostSinceLast() {
    Fill result = most;
    most = new Fill(0, 0, 0, 0);
    return result;
  }

  /** As it is now. */
  Fill now() throws SQLException {
    try (PreparedStatement look =
            source.prepareStatement(
                """
                SELECT (SELECT count(*) FROM dualwrite.journal), s.n_dead_tup,
                  pg_table_size(s.relid), pg_indexes_size(s.relid)
                FROM pg_stat_user_tables s WHERE s.schemaname = 'dualwrite' AND s.relname = 'journal'""");
        ResultSet row = look.executeQuery()) {
      row.next();
      return new Fill(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
    }
  }

  private void watch() {
    try {
      while (!end.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        Fill fill = now();
        synchronized (this) {
          most = most.most(fill);
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
