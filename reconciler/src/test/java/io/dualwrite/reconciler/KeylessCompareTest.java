package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.report.JsonReport;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tables without a key, under {@code keyless: ranges}: as many of each row, range by range. */
@WithDatabases
class KeylessCompareTest {
  private final TwoDatabases two;

  KeylessCompareTest(TestDatabases dbs) {
    TableOverride override = TableOverride.builder().keylessRanges(true).timeColumn("at").build();
    this.two =
        new TwoDatabases(
            dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(
                        List.of("public.*"), List.of(), Map.of("public.events", override)))
                .build());
  }

  @BeforeEach
  void events() throws SQLException {
    two.both(
        "create table events (at timestamptz, v int)",
        // Each row twice: what counts is how often.
        "insert into events select timestamptz '2001-01-14Z' + i / 2 * interval '1 min', 1 from generate_series(0, 359) i",
        "insert into events values (null, 1)");
  }

  private static String of(Difference d) {
    return d.window().label() + " " + d.kind() + " " + d.rows();
  }

  @Test
  void equalBagsAreInSync() throws SQLException {
    TableComparison table = two.table();

    assertThat(table.inSync()).isTrue();
    assertThat(table.windows()).hasSize(4);
    assertThat(table.sourceRows()).isEqualTo(361);
  }

  @Test
  @Guarantee("G10")
  void theRangesThatDifferAreNamed() throws SQLException {
    two.target(
        "delete from events where at >= '2001-01-14 00:10Z' and at < '2001-01-14 00:15Z'",
        "insert into events values ('2001-01-14 01:30Z', 1)",
        "update events set v = 2 where at is null");

    TableComparison table = two.table();

    assertThat(table.inSync()).isFalse();
    assertThat(table.differences())
        .extracting(KeylessCompareTest::of)
        .containsExactlyInAnyOrder(
            "2001-01-14 00:00 MISSING 10",
            "2001-01-14 01:00 EXTRA 1",
            "at is null MISSING 1",
            "at is null EXTRA 1");
    assertThat(List.of(table.missing(), table.extra(), table.changed()))
        .containsExactly(11L, 2L, 0L);
    assertThat(table.count(Status.EQUAL)).isEqualTo(1);
    assertThat(table.truncated()).isFalse();
    assertThat(JsonReport.of(two.compare())).contains("\"rows\" : 10");
  }

  /** The count is the same and so is every distinct row. */
  @Test
  @Guarantee("G10")
  void aCopyTooManyOfOneRowAndTooFewOfAnotherIsSeen() throws SQLException {
    two.target(
        "delete from events where ctid = (select min(ctid) from events where at = '2001-01-14 00:10Z')",
        "insert into events values ('2001-01-14 00:20Z', 1)");

    assertThat(two.table().differences())
        .extracting(KeylessCompareTest::of)
        .containsExactlyInAnyOrder("2001-01-14 00:00 MISSING 1", "2001-01-14 00:00 EXTRA 1");
  }

  /** Without a time column a large table is cut by the rows' own hashes. */
  @Test
  @Guarantee("G10")
  void aLargeBagWithoutTimesIsComparedInShares() throws SQLException {
    TableOverride whole = TableOverride.builder().keylessRanges(true).build();
    TwoDatabases bags =
        new TwoDatabases(
            two.dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(List.of("public.bag"), List.of(), Map.of("public.bag", whole)))
                .build());
    bags.both(
        "create table bag (a int, b text)",
        "insert into bag select i / 2, 'row' from generate_series(0, 119999) i",
        "analyze bag");
    assertThat(bags.table().inSync()).isTrue();
    assertThat(bags.table().windows()).hasSizeGreaterThan(1);

    bags.target(
        "delete from bag where ctid = (select min(ctid) from bag where a = 77)",
        "insert into bag values (99, 'row'), (99, 'row')");

    TableComparison found = bags.table();
    assertThat(List.of(found.missing(), found.extra())).containsExactly(1L, 2L);
    assertThat(found.differences()).extracting(Difference::rows).containsExactlyInAnyOrder(1L, 2L);

    bags.repair(RepairOptions.of(bags.options()).deleteExtra(true));
    assertThat(bags.table().inSync()).isTrue();
  }

  @Test
  void aPartOfItIsNotRepairedByReplacingTheWhole() throws SQLException {
    two.target(
        "delete from events where at = '2001-01-14 00:10Z'",
        "insert into events values ('2001-01-14 02:30Z', 7)");
    RepairOptions part =
        RepairOptions.of(
            two.options()
                .range(Optional.of("2001-01-14T00:00:00Z"), Optional.of("2001-01-14T01:00:00Z")));

    assertThat(two.repair(part).tables())
        .singleElement()
        .satisfies(
            t ->
                assertThat(t.problems())
                    .containsExactly(
                        "has no key: it can only be replaced whole, without --from and --to"));
    assertThat(two.table().extra()).isEqualTo(1);
    assertThat(two.table().missing()).isEqualTo(2);
  }

  @Test
  void replacingTheWholeObeysTheLimitOfChanges() throws SQLException {
    two.target("delete from events where at = '2001-01-14 00:10Z'");
    RepairOptions options = RepairOptions.of(two.options());

    // 359 rows go and 361 come.
    Repair stopped = two.repair(options.maxChanges(719));
    assertThat(stopped.stopped()).isTrue();
    assertThat(stopped.copied() + stopped.deleted()).isZero();
    assertThat(two.table().missing()).isEqualTo(2);

    Repair enough = two.repair(options.maxChanges(720));
    assertThat(enough.stopped()).isFalse();
    assertThat(enough.after().inSync()).isTrue();
  }

  @Test
  @Guarantee("G10")
  void aWatchReadsTheRowsWithoutATimeBeforeTheFirst() throws SQLException {
    two.target("delete from events where at is null");
    Instant first = Instant.parse("2001-01-14T00:00:00Z");
    Instant end = Instant.parse("2001-01-15T00:00:00Z");
    List<String> events = List.of("public.events");
    try (ReconcilerLooks looks = new ReconcilerLooks(two.reconciler, two.options(), () -> {})) {
      assertThat(looks.compare(events, Optional.empty(), Optional.of(end), true, false).inSync())
          .isFalse();
      assertThat(looks.compare(events, Optional.of(first), Optional.of(end), false, false).inSync())
          .isTrue();
    }
  }
}
