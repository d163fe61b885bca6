package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.Difference.Kind;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@WithDatabases
class KeyTypesTest {
  private final TwoDatabases two;

  KeyTypesTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "int2;i::int2;7",
        "int4;i;7",
        "int8;i * 1000000007::int8;7000000049",
        "numeric;i / 4.0;1.7500000000000000",
        "text;'Käse ' || i;Käse 7",
        "varchar(20);'k' || i;k7",
        "char(5);'k' || i;k7",
        "text collate \"de-x-icu\";chr(64 + i) || 'ß';Gß",
        "uuid;('00000000-0000-4000-8000-0000000000' || lpad(i::text, 2, '0'))::uuid;00000000-0000-4000-8000-000000000007",
        "date;date '2001-01-14' + i;2001-01-21",
        "timestamp;timestamp '2001-01-14' + i * interval '1 s';2001-01-14T00:00:07",
        "timestamptz;timestamptz '2001-01-14Z' + i * interval '1 us';2001-01-14T00:00:00.000007Z",
        "time;time '10:00' + i * interval '1 s';10:00:07",
        "bytea;decode(lpad(to_hex(i), 4, '0'), 'hex');\\x0007",
        "inet;('10.0.0.' || i)::inet;10.0.0.7/32",
        "macaddr;('08:00:2b:01:02:' || lpad(i::text, 2, '0'))::macaddr;08:00:2b:01:02:07",
        "mood;('m' || i)::mood;m7",
        "key_domain;i;7",
        "oid;i::oid;7"
      })
  void rowsAreToldApartByAnyKey(String type, String expression, String seventh)
      throws SQLException {
    two.both(
        "create type mood as enum ('m1','m2','m3','m4','m5','m6','m7','m8','m9')",
        "create domain key_domain as int",
        "create table t (k " + type + " primary key, v text)",
        "insert into t select " + expression + ", 'v' || i from generate_series(1, 9) i");
    two.source("delete from t where v = 'v3'");
    two.target("delete from t where v = 'v7'", "update t set v = 'other' where v = 'v5'");

    TableComparison table = two.table();

    assertThat(table.missing()).as("%s", table).isEqualTo(1);
    assertThat(table.extra()).isEqualTo(1);
    assertThat(table.changed()).isEqualTo(1);
    assertThat(table.differences())
        .filteredOn(d -> d.kind() == Kind.MISSING)
        .singleElement()
        .satisfies(d -> assertThat(d.key()).containsEntry("k", seventh));
    assertThat(table.differences())
        .filteredOn(d -> d.kind() == Kind.CHANGED)
        .extracting(Difference::columns)
        .containsExactly(java.util.List.of("v"));

    two.repair(io.dualwrite.reconciler.repair.RepairOptions.of(two.options()).deleteExtra(true));

    assertThat(two.compare().inSync()).isTrue();
  }

  @Test
  void compositeKeysAndMixedCaseNames() throws SQLException {
    two.both(
        "create schema \"Sales\"",
        "create table \"Sales\".\"Order \"\"Items\" (\"Order Id\" int, \"Line\" text, \"Qty\" int, primary key (\"Line\", \"Order Id\"))",
        "insert into \"Sales\".\"Order \"\"Items\" select i, 'l' || i % 3, i from generate_series(1, 30) i");
    two.target("update \"Sales\".\"Order \"\"Items\" set \"Qty\" = 0 where \"Order Id\" = 7");

    TableComparison table = two.table();

    assertThat(table.table()).isEqualTo("Sales.Order \"Items");
    assertThat(table.differences())
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.key()).containsEntry("Order Id", "7").containsEntry("Line", "l1");
              assertThat(d.columns()).containsExactly("Qty");
            });
  }

  @Test
  void numericKeysOfAnotherScaleAreTheSameKey() throws SQLException {
    two.both("create table t (k numeric primary key, v int)");
    two.source("insert into t values (1.50, 1), (2, 2)");
    two.target("insert into t values (1.5, 1), (2.000, 2)");

    assertThat(two.compare().inSync()).isTrue();
  }

  @Test
  void keysOfUnlikeTypesAreComparedByValue() throws SQLException {
    two.source("create table t (k int, at timestamp, v int, primary key (k, at))");
    two.target("create table t (k bigint, at timestamptz, v int, primary key (k, at))");
    two.both(
        "insert into t select i, timestamp '2001-01-14' + i * interval '1 h', i from generate_series(1, 50) i");
    two.target(
        "delete from t where k = 7",
        "update t set v = 0 where k = 9",
        "insert into t values (99, '2001-01-15 01:00Z', 1)");

    TableComparison table = two.table();

    assertThat(table.differences())
        .extracting(Difference::kind, d -> d.key().get("k"), d -> d.key().get("at"))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(Kind.MISSING, "7", "2001-01-14T07:00:00"),
            org.assertj.core.groups.Tuple.tuple(Kind.CHANGED, "9", "2001-01-14T09:00:00"),
            org.assertj.core.groups.Tuple.tuple(Kind.EXTRA, "99", "2001-01-15T01:00:00"));

    two.repair(io.dualwrite.reconciler.repair.RepairOptions.of(two.options()).deleteExtra(true));

    assertThat(two.compare().inSync()).isTrue();
  }
}
