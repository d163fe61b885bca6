package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.journal.Gaps;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/** Records this instance's gaps in the primary, without ever waiting long for it. */
final class GapLog implements Mode.GapRecord {
  private static final Duration PATIENCE = Duration.ofMillis(250);

  private final DataSource primary;
  private final Gaps gaps;
  private final String migration;
  private final String instance;
  private final ExecutorService executor;

  GapLog(
      DataSource primary, Gaps gaps, String migration, String instance, ExecutorService executor) {
    this.primary = primary;
    this.gaps = gaps;
    this.migration = migration;
    this.instance = instance;
    this.executor = executor;
  }

  @Override
  public void open(String reason, Duration ago) throws Exception {
    soon(
        executor.submit(
            () -> {
              try (Connection connection = primary.getConnection()) {
                gaps.open(connection, migration, instance, reason, ago);
                return null;
              }
            }));
  }

  @Override
  public void close() throws Exception {
    soon(
        executor.submit(
            () -> {
              try (Connection connection = primary.getConnection()) {
                gaps.close(connection, instance);
              }
              return null;
            }));
  }

  private static void soon(Future<?> outcome) throws Exception {
    try {
      outcome.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // What still completes records the gap a second time; both end together.
      outcome.cancel(true);
      throw new TimeoutException(
          "the primary did not answer within " + PATIENCE.toMillis() + " ms");
    }
  }
}
