package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.watch.Looks.Known;
import io.dualwrite.reconciler.watch.Watch;
import io.dualwrite.reconciler.watch.WatchOptions;
import io.dualwrite.reconciler.watch.WatchState;
import io.dualwrite.reconciler.watch.WatchState.TableDrift;
import io.dualwrite.reconciler.watch.WatchState.Verdict;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a watch takes over from the comparisons before it. */
@WithDatabases
class WatchBeginsTest {
  private final TwoDatabases two;

  WatchBeginsTest(TestDatabases dbs) {
    TableOverride grows = TableOverride.builder().timeColumn("at").appendOnly(true).build();
    TableOverride changes = TableOverride.builder().timeColumn("at").build();
    this.two =
        new TwoDatabases(
            dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(
                        List.of("public.*"),
                        List.of(),
                        Map.of("public.metrics", grows, "public.orders", changes)))
                .build());
  }

  @BeforeEach
  void compared() throws SQLException {
    for (String table : List.of("metrics", "orders")) {
      two.both(
          "create table " + table + " (id bigint primary key, at timestamptz, v float8)",
          "create index on " + table + " (at)",
          "insert into "
              + table
              + " select i, timestamptz '2001-01-01Z' + i * interval '1 min', i from generate_series(0, 60 * 24 * 3 - 1) i",
          "insert into " + table + " values (-1, null, 0)");
    }
    two.reconciler.init();
    assertThat(two.compare().inSync()).isTrue();
  }

  private ReconcilerLooks looks() {
    return new ReconcilerLooks(two.reconciler, two.options(), () -> {});
  }

  private Known known(String table) {
    try (ReconcilerLooks looks = looks()) {
      return looks.known().get("public." + table);
    }
  }

  private WatchState round() {
    WatchOptions options =
        new WatchOptions(
            WatchOptions.EVERY,
            WatchOptions.REVERIFY,
            Duration.ofMinutes(5),
            two.config.reconciler().window());
    try (Watch watch = new Watch("test", options, this::looks, Clock.systemUTC(), state -> {})) {
      return watch.round();
    }
  }

  @Test
  void readsOnlyWhatIsNewAndTheRowsWithoutATime() throws SQLException {
    two.both("insert into orders values (100000, '2001-01-04 10:30Z', 1)");

    WatchState state = round();

    assertThat(state.verdict()).isEqualTo(Verdict.IN_SYNC);
    assertThat(state.tables()).extracting(TableDrift::rows).allMatch(rows -> rows <= 2);
    assertThat(state.oldest().orElseThrow()).isBefore(state.startedAt());
    assertThat(known("orders").first()).isEqualTo("2001-01-01T00:00:00Z");
    assertThat(known("metrics").grows()).isTrue();
    assertThat(known("orders").grows()).isFalse();
  }

  @Test
  @Guarantee("G10")
  void readsARowWithoutATimeAndWhatSomebodyFoundToDiffer() throws SQLException {
    two.target("delete from orders where id = -1", "update metrics set v = -1 where id = 100");
    two.compare(
        two.options()
            .tables(List.of("metrics"))
            .range(Optional.of("2001-01-01T01:00:00Z"), Optional.of("2001-01-01T02:00:00Z")));

    assertThat(known("metrics").upTo()).isEqualTo("2001-01-01T01:00:00Z");
    assertThat(round().drifting())
        .containsEntry("public.metrics", 1L)
        .containsEntry("public.orders", 1L);
  }

  @Test
  void theServersAreTheSameAsLongAsNoneStartsAnew() {
    try (ReconcilerLooks one = looks();
        ReconcilerLooks other = looks()) {
      assertThat(one.servers())
          .isEqualTo(other.servers())
          .matches("SOURCE [0-9.]+\\.[0-9]+, TARGET [0-9.]+\\.[0-9]+");
    }
  }

  @Test
  @Guarantee("G10")
  void nothingIsTakenOverThatMayHaveBeenWrittenToOneSideAlone() throws SQLException {
    two.source(
        "insert into dualwrite.gaps (migration, instance, reason, since, until) values ('test', 'app', 'kill switch', '2001-01-02 12:00Z', '2001-01-02 13:00Z')");

    assertThat(known("metrics").upTo()).isEqualTo("2001-01-02T11:55:00Z");
    assertThat(known("orders")).isNull();
  }

  @Test
  @Guarantee("G10")
  void nothingIsTakenOverWhereADeliveryIsStuck() throws SQLException {
    two.source(
        "insert into dualwrite.journal (table_name, key, at) values ('public.metrics', '{100}', '2001-01-02 12:01Z'), ('public.orders', '{100}', '2001-01-02 12:01Z')");

    assertThat(known("metrics").upTo()).isEqualTo(Instant.parse("2001-01-02T11:56:00Z"));
    assertThat(known("orders")).isNull();
  }

  @Test
  @Guarantee("G10")
  void anotherFormOfTheTableIsReadFromItsBeginning() throws SQLException {
    two.both("alter table orders add column gate text not null default 'A'");

    assertThat(known("orders")).isNull();
    assertThat(round().tables().get(1).rows()).isEqualTo(60 * 24 * 3 + 1);
  }
}
