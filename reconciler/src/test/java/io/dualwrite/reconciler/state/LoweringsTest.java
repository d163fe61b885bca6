package io.dualwrite.reconciler.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.reconciler.state.Watermark.Looked;
import io.dualwrite.reconciler.state.Watermark.Verdict;
import io.dualwrite.reconciler.window.Window.Kind;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@WithDatabases
@Guarantee("G10")
class LoweringsTest {
  private static final String FIRST = "2026-11-01T00:00:00Z";
  private static final String SECOND = "2026-11-02T00:00:00.5Z";
  private static final String THIRD = "2026-11-03T00:00:00Z";
  private static final List<Looked> DAYS =
      List.of(
          new Looked(Optional.empty(), Optional.of(FIRST), Verdict.EQUAL, 1),
          new Looked(Optional.of(FIRST), Optional.of(SECOND), Verdict.EQUAL, 1),
          new Looked(Optional.of(SECOND), Optional.of(THIRD), Verdict.EQUAL, 1));

  private final TestDatabases dbs;
  private final Stores stores = Stores.of("dualwrite", "test");
  private final Watermarks watermarks = stores.watermarks();

  LoweringsTest(TestDatabases dbs) throws SQLException {
    this.dbs = dbs;
    try (Connection target = dbs.target().getConnection()) {
      ControlSchema.create(target, "dualwrite", "target");
    }
  }

  private Optional<Watermark> looked(Instant since) throws SQLException {
    return KeptRun.transact(
        dbs.target(),
        stores,
        (c, s) -> s.watermarks().looked(c, "public.t", "shape", Kind.TIME, DAYS, since));
  }

  @Test
  void oneThatIsWaitedForCountsWhateverTheDefaultIsolation() throws Exception {
    dbs.execute(
        dbs.target(),
        "do $$ begin execute format('alter database %I set default_transaction_isolation to ''repeatable read''', current_database()); end $$");
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Connection other = dbs.target().getConnection();
        Statement statement = other.createStatement()) {
      Instant before = watermarks.now(other);
      other.setAutoCommit(false);
      watermarks.lower(other, "public.t", "shape", Kind.TIME, Optional.of(FIRST));

      Future<Optional<Watermark>> waiting = thread.submit(() -> looked(before));
      await()
          .until(
              () -> {
                try (var rows =
                    statement.executeQuery(
                        "select 1 from pg_locks where locktype = 'advisory' and not granted"
                            + " and database = (select oid from pg_database where datname = current_database())")) {
                  return rows.next();
                }
              });
      other.commit();

      assertThat(waiting.get(2, TimeUnit.MINUTES).orElseThrow().upTo()).hasValue(FIRST);
    } finally {
      thread.shutdown();
    }
  }

  @Test
  void theFirstOfManyDecidesForEveryWindowAtOnce() throws SQLException {
    Instant start = Instant.parse("2026-01-01T00:00:00.5Z");
    List<Looked> minutes =
        IntStream.range(0, 30_000)
            .mapToObj(
                i ->
                    new Looked(
                        Optional.of(i).filter(n -> n > 0).map(n -> start.plusSeconds(n * 60L) + ""),
                        Optional.of(start.plusSeconds((i + 1) * 60L).toString()),
                        Verdict.EQUAL,
                        1))
            .toList();
    Instant before = Instant.now().minusSeconds(3600);
    dbs.execute(
        dbs.target(),
        "insert into dualwrite.lowered (migration, table_name, kind, range_from, at)"
            + " select 'test', 'public.t', 'TIME', to_char(timestamp '2026-01-21 20:00:00.5' + i * interval '1 s', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), now()"
            + " from generate_series(1, 1000) i");

    Optional<Watermark> watermark =
        assertTimeout(
            Duration.ofSeconds(30),
            () ->
                KeptRun.transact(
                    dbs.target(),
                    stores,
                    (c, s) ->
                        s.watermarks().looked(c, "public.t", "shape", Kind.TIME, minutes, before)));

    assertThat(watermark.orElseThrow().upTo()).hasValue("2026-01-21T20:00:00.500Z");
  }

  @Test
  void oneAtTheTablesBeginningOrByOtherRangesIsBeforeEveryOther() throws SQLException {
    Instant before = Instant.now().minusSeconds(3600);
    dbs.execute(
        dbs.target(),
        "insert into dualwrite.lowered (migration, table_name, kind, range_from, at) values"
            + " ('test', 'public.t', 'TIME', '2026-11-02T00:00:00Z', now()), ('test', 'public.t', 'KEY', '7', now())");

    assertThat(looked(before)).isEmpty();
  }
}
