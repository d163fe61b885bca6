package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.config.Tolerance;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values within a declared tolerance count as equal; nothing else does. */
@WithDatabases
@Guarantee("G10")
class TolerancesTest {
  private final TestDatabases dbs;

  TolerancesTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  /** Type, tolerance, value in the source, value in the target, whether they count as equal. */
  private static final List<String> CASES =
      List.of(
          "float8|1e-9|0.1|0.1000000005|true",
          "float8|1e-9|0.1|0.1000000015|false",
          "float8|1e-9|0|-0|true",
          "float8|1e-9|1e15|1000000000000000.125|false",
          "float8|1e-9|NaN|NaN|true",
          "float8|1e-9|NaN|1|false",
          "float8|1e-9|Infinity|-Infinity|false",
          "float8|1e-9|Infinity|Infinity|true",
          "float8|1e-9|null|0|false",
          "float8|1e-9|0|null|false",
          "float8|1e-9|null|null|true",
          "float8|0.01%|100000|100009|true",
          "float8|0.01%|100000|100011|false",
          "float8|0.01%|1e300|1.00001e300|true",
          "float8|0.01%|1|-1|false",
          "float8|0.01%|0|1|false",
          "float8|0.01%|0|1e-300|false",
          "float8|0.01%|NaN|NaN|true",
          "float8|0.01%|Infinity|-Infinity|false",
          "float8|0.01%|null|0|false",
          "float4|0.01%|1.5|1.50001|true",
          "numeric|0.01|10.50|10.51|true",
          "numeric|0.01|10.50|10.511|false",
          "numeric|0.01|1e300|1e300|true",
          "numeric|1%|10|10.09|true",
          "numeric|1%|10|10.2|false",
          "numeric|1%|NaN|0|false",
          "int8|1|9223372036854775806|9223372036854775807|true",
          "int8|1|5|7|false",
          "timestamptz|1ms|2001-01-14 10:00:00.0005Z|2001-01-14 10:00:00.001Z|true",
          "timestamptz|1ms|2001-01-14 10:00:00.0005Z|2001-01-14 10:00:00.002Z|false",
          "timestamptz|1s|infinity|infinity|true",
          "timestamptz|1s|infinity|-infinity|false",
          "timestamp|1s|2001-01-14 10:00:00.999|2001-01-14 10:00:00|true",
          "timestamp|1s|2001-01-14 10:00:01.001|2001-01-14 10:00:00|false",
          "timestamp|1s|null|2001-01-14|false",
          "time|1s|10:00:00.5|10:00:00|true",
          "time|1s|10:00:02|10:00:00|false",
          "text|trailing-blanks|a  |a|true",
          "text|trailing-blanks| a|a|false",
          "text|trailing-blanks|  ||true",
          "text|trailing-blanks|null||false");

  @ParameterizedTest
  @EnumSource(Checksum.class)
  void valuesAreAsNearAsWasDeclared(Checksum checksum) throws SQLException {
    Map<String, Tolerance> tolerances = new LinkedHashMap<>();
    List<String> columns = new ArrayList<>(List.of("id int primary key"));
    List<String> source = new ArrayList<>(List.of("1"));
    List<String> target = new ArrayList<>(List.of("1"));
    List<String> differing = new ArrayList<>();
    for (int i = 0; i < CASES.size(); i++) {
      String[] parts = CASES.get(i).split("\\|", -1);
      tolerances.put("c" + i, Tolerance.parse(parts[1]));
      columns.add("c" + i + " " + parts[0]);
      source.add(literal(parts[2]));
      target.add(literal(parts[3]));
      if (parts[4].equals("false")) {
        differing.add("c" + i);
      }
    }
    TwoDatabases two = new TwoDatabases(dbs, config(tolerances));
    two.both("create table t (" + String.join(", ", columns) + ")");
    two.source("insert into t values (" + String.join(", ", source) + ")");
    two.target("insert into t values (" + String.join(", ", target) + ")");

    TableComparison found =
        two.compare(two.options().checksum(Optional.of(checksum))).tables().get(0);

    assertThat(found.differences())
        .singleElement()
        .satisfies(d -> assertThat(d.columns()).containsExactlyElementsOf(differing));
    assertThat(found.notes()).anyMatch(n -> n.startsWith("compared with tolerance: c0 ±1E-9, "));

    // Each by itself: a difference is seen whatever the other columns hold.
    for (String column : differing) {
      two.source("update t set " + assignments(columns, source, column, target));
      assertThat(two.compare(two.options().checksum(Optional.of(checksum))).inSync())
          .as(column)
          .isFalse();
    }
    List<String> equal = new ArrayList<>(target);
    for (int i = 0; i < CASES.size(); i++) {
      if (!differing.contains("c" + i)) {
        equal.set(i + 1, source.get(i + 1));
      }
    }
    two.source("update t set " + assignments(columns, equal, "none", equal));
    assertThat(two.compare(two.options().checksum(Optional.of(checksum))).inSync()).isTrue();
  }

  /** The source's own value in one column, the other values in the rest. */
  private static String assignments(
      List<String> columns, List<String> own, String column, List<String> others) {
    List<String> sets = new ArrayList<>();
    for (int i = 1; i < columns.size(); i++) {
      String name = "c" + (i - 1);
      sets.add(name + " = " + (name.equals(column) ? own.get(i) : others.get(i)));
    }
    return String.join(", ", sets);
  }

  @Test
  void aRepairLeavesAloneWhatIsNear() throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs, config(Map.of("v", Tolerance.parse("0.01"))));
    two.both(
        "create table t (id int primary key, v float8, other text)",
        "insert into t select i, i, 'o' from generate_series(1, 1000) i");
    two.target(
        "update t set v = v + 0.009 where id <= 600", "update t set v = v + 1 where id = 900");

    TableComparison found = two.table();
    assertThat(found.changed()).isEqualTo(1);
    assertThat(found.differences().get(0).key()).containsEntry("id", "900");
    assertThat(two.repair().tables().get(0).copied()).isEqualTo(1);
    assertThat(dbs.query(dbs.target(), "select count(*) from t where v <> id").get(0).get(0))
        .hasToString("600");
  }

  @Test
  void moreNearRowsThanAreLookedAtOneByOneAreNoDifferences() throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs, config(Map.of("v", Tolerance.parse("0.01"))));
    two.both("create table t (id int primary key, v float8)");
    two.source("insert into t select i, i from generate_series(1, 105000) i");
    two.target("insert into t select i, i + 0.009 from generate_series(1, 105000) i");

    assertThat(two.compare().inSync()).isTrue();
  }

  @Test
  void keysAndTablesWithoutOneHaveNoTolerance() throws SQLException {
    TwoDatabases key = new TwoDatabases(dbs, config(Map.of("id", Tolerance.parse("1"))));
    key.both("create table t (id int primary key, v int)");

    assertThat(reason(key))
        .isEqualTo(
            "tables.overrides.public.t.tolerances: id is part of the key, which tells rows apart exactly.");
  }

  private static String reason(TwoDatabases two) {
    return two.compare().tables().get(0).windows().get(0).reason().orElseThrow();
  }

  private static String literal(String value) {
    return value.equals("null") ? "null" : "'" + value + "'";
  }

  private static MigrationConfig config(Map<String, Tolerance> tolerances) {
    return MigrationConfig.builder("test")
        .tables(
            new TablesConfig(
                List.of("public.*"),
                List.of(),
                Map.of("public.t", TableOverride.builder().tolerances(tolerances).build())))
        .build();
  }
}
