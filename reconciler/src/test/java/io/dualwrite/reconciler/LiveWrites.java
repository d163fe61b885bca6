package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.TestDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** An application that writes through dualwrite, by several threads, until it is stopped. */
final class LiveWrites implements AutoCloseable {
  private final DualWriteDataSource dual;
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicLong writes = new AtomicLong();
  private final List<CompletableFuture<Void>> writers = new ArrayList<>();

  /** What a thread does in a transaction, which is committed behind it. */
  interface Change {
    void make(Statement statement, Random random) throws SQLException;
  }

  LiveWrites(TestDatabases dbs, MigrationConfig config, int threads, long seed, Change change)
      throws SQLException {
    this.dual =
        DualWriteDataSource.builder()
            .source(dbs.source())
            .target(dbs.target())
            .config(config)
            .build();
    for (int i = 0; i < threads; i++) {
      Random random = new Random(seed + i);
      writers.add(CompletableFuture.runAsync(() -> write(change, random)));
    }
  }

  private void write(Change change, Random random) {
    while (!stop.get()) {
      try (Connection connection = dual.getConnection();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        change.make(statement, random);
        connection.commit();
        writes.incrementAndGet();
      } catch (SQLException e) {
        // Serialization and a secondary that is late under STRICT: nothing was written then.
        assertThat(e.getSQLState()).isNotNull();
      }
    }
  }

  /** Ends the threads, not the delivery of what they have written; how much that was. */
  long stop() throws Exception {
    stop.set(true);
    for (CompletableFuture<Void> writer : writers) {
      writer.get(2, TimeUnit.MINUTES);
    }
    return writes.get();
  }

  @Override
  public void close() throws SQLException {
    stop.set(true);
    dual.close();
  }
}
