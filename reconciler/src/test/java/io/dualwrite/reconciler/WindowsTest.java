package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.window.Window;
import io.dualwrite.reconciler.window.WindowSize;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@WithDatabases
class WindowsTest {
  private final TwoDatabases two;
  private final TwoDatabases keys;

  WindowsTest(TestDatabases dbs) {
    TableOverride override = TableOverride.builder().timeColumn("at").build();
    MigrationConfig config =
        MigrationConfig.builder("test")
            .tables(
                new TablesConfig(List.of("public.*"), List.of(), Map.of("public.events", override)))
            .build();
    this.two = new TwoDatabases(dbs, config);
    this.keys = new TwoDatabases(dbs);
  }

  private void events(String type) throws SQLException {
    two.both(
        "create table events (id int primary key, at " + type + ")", "create index on events (at)");
  }

  @Test
  void rowsWithoutATimeHaveAWindowOfTheirOwn() throws SQLException {
    events("timestamptz");
    two.both("insert into events values (1, '2001-01-14 10:30Z'), (2, null), (3, null)");
    two.target("delete from events where id = 3");

    TableComparison table = two.table();

    assertThat(table.windows()).hasSize(2);
    assertThat(table.sourceRows()).isEqualTo(3);
    Difference missing = table.differences().get(0);
    assertThat(missing.key()).containsEntry("id", "3");
    assertThat(missing.window().kind()).isEqualTo(Window.Kind.NULL_TIME);
    assertThat(missing.window().label()).isEqualTo("at is null");
  }

  @Test
  void rowsOutsideTheOtherSidesTimesAreSeen() throws SQLException {
    events("timestamptz");
    two.both("insert into events values (1, '2001-01-14 10:30Z')");
    two.target(
        "insert into events values (2, '1969-07-20 20:17Z'), (3, '2031-01-01Z'), (4, 'infinity'), (5, '-infinity'), (6, '0044-03-15 BC')");

    TableComparison table = two.table();

    assertThat(table.extra()).isEqualTo(5);
    assertThat(table.differences())
        .extracting(d -> d.key().get("id"))
        .containsExactlyInAnyOrder("2", "3", "4", "5", "6");
  }

  @Test
  void aFewRowsOverManyYearsAreAFewWindows() throws SQLException {
    events("timestamp");
    two.both(
        "insert into events values (1, '0001-01-01'), (2, '2001-01-14 10:30'), (3, '2001-01-14 10:45'), (4, '9999-12-31'), (5, 'infinity')");
    two.target("insert into events values (6, '1500-06-01')", "delete from events where id = 3");

    TableComparison table = two.table();

    assertThat(table.windows().size()).isBetween(4, 6);
    assertThat(table.differences())
        .extracting(d -> d.key().get("id"), d -> d.window().from())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("6", "1500-06-01T00:00:00Z"),
            org.assertj.core.groups.Tuple.tuple("3", "2001-01-14T10:00:00Z"));
  }

  @Test
  void moreFilledWindowsThanAreUsefulBecomeLonger() throws SQLException {
    events("timestamptz");
    two.both(
        "insert into events select i, timestamptz '2001-01-01Z' + i * interval '10 s' from generate_series(1, 60000) i");
    two.target("update events set at = at + interval '1 us' where id = 777");

    TableComparison table =
        two.compare(two.options().window(WindowSize.of(Duration.ofSeconds(1)))).tables().get(0);

    assertThat(table.windows().size()).isBetween(1000, 50_002);
    assertThat(table.notes())
        .singleElement()
        .asString()
        .startsWith("windows of 1s would be more than 50000: they are ");
    assertThat(table.changed()).isEqualTo(1);
  }

  @Test
  void aTimeColumnWithoutAnIndexIsScannedOnce() throws SQLException {
    two.both("create table events (id int primary key, at timestamptz)");
    two.both(
        "insert into events select i, timestamptz '2001-01-01Z' + i * interval '1 h' from generate_series(1, 3000) i");
    two.target("update events set at = null where id = 777");

    TableComparison table = two.table();

    assertThat(table.windows()).hasSize(3001);
    assertThat(table.changed()).isEqualTo(1);
    assertThat(table.count(Status.DIFFERS)).isEqualTo(2);
    assertThat(table.differences())
        .singleElement()
        .satisfies(d -> assertThat(d.columns()).containsExactly("at"));
  }

  @Test
  void aRowThatMovedToAnotherWindowCountsOnce() throws SQLException {
    events("timestamptz");
    two.both(
        "insert into events select i, timestamptz '2001-01-01Z' + i * interval '1 h' from generate_series(1, 100) i");
    two.target("update events set at = at + interval '20 h' where id = 7");

    TableComparison table = two.table();

    assertThat(table.count(Status.DIFFERS)).isEqualTo(2);
    assertThat(table.changed()).isEqualTo(1);
    assertThat(table.missing() + table.extra()).isZero();
  }

  @Test
  void aDateIsComparedWithATimestampByWholeDays() throws SQLException {
    two.source("create table events (id int primary key, at timestamp)");
    two.target("create table events (id int primary key, at date)");
    two.both(
        "insert into events select i, timestamp '2001-01-14 10:00' + i * interval '7 h' from generate_series(1, 20) i");

    TableComparison table = two.table();

    assertThat(table.inSync()).as("%s", table).isTrue();
    assertThat(table.windows().get(0).window().label()).isEqualTo("2001-01-14");
    assertThat(table.notes()).containsExactly("at: timestamp without time zone compared as date");
  }

  @Test
  void onlyThePartAskedForIsCompared() throws SQLException {
    events("timestamptz");
    two.both(
        "insert into events select i, timestamptz '2001-01-01Z' + i * interval '1 h' from generate_series(0, 99) i",
        "insert into events values (1000, null)");
    two.target("delete from events where id in (9, 10, 19, 20, 1000)");

    TableComparison table =
        two.compare(
                two.options()
                    .range(Optional.of("2001-01-01T10:00:00Z"), Optional.of("2001-01-01 20:00")))
            .tables()
            .get(0);

    assertThat(table.sourceRows()).isEqualTo(10);
    assertThat(table.differences()).extracting(d -> d.key().get("id")).containsExactly("10", "19");
    assertThat(table.windows().get(0).window().from()).isEqualTo("2001-01-01T10:00:00Z");
  }

  @Test
  void aRangeThatIsNoTimeIsRefused() throws SQLException {
    events("timestamptz");

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> two.compare(two.options().range(Optional.of("yesterday"), Optional.empty())))
        .withMessage(
            "from must be a day or a time, such as 2001-01-14 or 2001-01-14T10:00:00Z, was yesterday");
  }

  @Test
  void numbersAreCutWhereTheKeysLie() throws SQLException {
    keys.both(
        "create table t (id bigint primary key, v int)",
        "insert into t select case when i % 2 = 0 then i else -9000000000000000000 + i end, i from generate_series(1, 120000) i",
        "analyze t");
    keys.target(
        "delete from t where id = 80000",
        "insert into t values (9223372036854775807, 1), (-9223372036854775808, 1)",
        "update t set v = 0 where id = 2");

    TableComparison table = keys.table();

    assertThat(table.windows()).hasSize(3).allMatch(w -> w.window().kind() == Window.Kind.KEY);
    assertThat(table.missing()).isEqualTo(1);
    assertThat(table.extra()).isEqualTo(2);
    assertThat(table.changed()).isEqualTo(1);
  }

  @Test
  void uuidsAreCutByRangesAndTextsByHash() throws SQLException {
    keys.both(
        "create table by_uuid (id uuid primary key, v int)",
        "insert into by_uuid select md5(i::text)::uuid, i from generate_series(1, 110000) i",
        "create table by_text (id text collate \"en-x-icu\" primary key, v int)",
        "insert into by_text select case when i % 2 = 0 then 'a' else 'A' end || 'é-' || i, i from generate_series(1, 110000) i",
        "analyze");
    keys.target(
        "update by_uuid set v = 0 where v % 10000 = 7", "delete from by_text where v % 10000 = 7");

    List<TableComparison> tables = keys.compare().tables();

    TableComparison uuids = table(tables, "public.by_uuid");
    assertThat(uuids.windows()).hasSize(3).allMatch(w -> w.window().kind() == Window.Kind.KEY);
    assertThat(uuids.changed()).isEqualTo(11);
    TableComparison texts = table(tables, "public.by_text");
    assertThat(texts.windows().size()).isBetween(2, 8);
    assertThat(texts.windows()).allMatch(w -> w.window().kind() == Window.Kind.BUCKET);
    assertThat(texts.windows().stream().mapToLong(WindowResult::sourceRows).sum())
        .isEqualTo(110_000);
    assertThat(texts.missing()).isEqualTo(11);
    Set<String> keys =
        texts.differences().stream().map(d -> d.key().get("id")).collect(Collectors.toSet());
    assertThat(keys).contains("Aé-7", "Aé-10007");
  }

  private static TableComparison table(List<TableComparison> tables, String name) {
    return tables.stream().filter(t -> t.table().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void oneTimeSharedByVeryManyRowsIsCutByTheirKeys() throws SQLException {
    events("timestamptz");
    two.both("insert into events select i, '2001-01-14 10:30Z' from generate_series(1, 60000) i");
    two.target(
        "delete from events where id in (7, 30007)",
        "insert into events values (70000, '2001-01-14 10:30Z')");

    TableComparison table = two.table();

    assertThat(table.windows()).hasSize(2);
    assertThat(table.missing()).isEqualTo(2);
    assertThat(table.extra()).isEqualTo(1);
  }

  @Test
  void automaticWindowsHoldAsManyRowsAsAQueryReadsQuickly() throws SQLException {
    events("timestamptz");
    two.both(
        "insert into events select i, timestamptz '2001-01-01Z' + i * interval '1 min' from generate_series(0, 199999) i",
        "analyze events");

    TableComparison table = two.compare(two.options().window(WindowSize.AUTO)).tables().get(0);

    assertThat(table.inSync()).isTrue();
    assertThat(table.windows().size()).isBetween(3, 200);
  }
}
