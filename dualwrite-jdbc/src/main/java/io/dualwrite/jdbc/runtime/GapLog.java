package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.journal.Gaps;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/** Records this instance's gaps in the primary, without ever waiting long for it. */
final class GapLog implements Mode.GapRecord {
  /** How long the primary is waited for. */
  static final Duration PATIENCE = Duration.ofMillis(250);

  private final DataSource primary;
  private final Gaps gaps;
  private final String migration;
  private final String instance;
  private final ExecutorService executor;
  private final Duration patience;

  /** Those that are recorded and whose end is not. */
  private final Set<Long> recorded = ConcurrentHashMap.newKeySet();

  GapLog(
      DataSource primary,
      Gaps gaps,
      String migration,
      String instance,
      ExecutorService executor,
      Duration patience) {
    this.primary = primary;
    this.gaps = gaps;
    this.migration = migration;
    this.instance = instance;
    this.executor = executor;
    this.patience = patience;
  }

  @Override
  public void open(String reason, Duration ago) throws Exception {
    soon(
        executor.submit(
            () -> {
              try (Connection connection = primary.getConnection()) {
                recorded.add(gaps.open(connection, migration, instance, reason, ago));
                return null;
              }
            }));
  }

  /** Says which is the last, so that what arrives late ends none that has begun since. */
  @Override
  public void close() throws Exception {
    List<Long> ending = List.copyOf(recorded);
    if (ending.isEmpty()) {
      return;
    }
    soon(
        executor.submit(
            () -> {
              try (Connection connection = primary.getConnection()) {
                gaps.close(connection, instance, Collections.max(ending));
              }
              ending.forEach(recorded::remove);
              return null;
            }));
  }

  @Override
  public boolean isLeft() {
    return !recorded.isEmpty();
  }

  private void soon(Future<?> outcome) throws Exception {
    try {
      outcome.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // What still completes records the gap a second time; both end in the end.
      outcome.cancel(true);
      throw new TimeoutException(
          "the primary did not answer within " + patience.toMillis() + " ms");
    }
  }
}
