package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.window.WindowSize;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random rows on both sides: what is found is exactly what a full outer join on the client finds.
 */
@WithDatabases
@Guarantee("G10")
class GeneratedCompareTest {
  private static final String[] TEXTS = {
    "", " ", "a", "A", "ä", "ß", "a ", "\\", "\"", "(", ",", "{}", "NULL", "☃", "a,b", "'"
  };
  private static final String[] DOUBLES = {
    "0", "-0", "NaN", "Infinity", "1e15", "0.1", "0.30000000000000004", "1e-300"
  };
  private static final String[] BIGS = {
    "0", "4", "4294967301", "-1", "9223372036854775807", "-9223372036854775808"
  };

  private final TestDatabases dbs;

  GeneratedCompareTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatIsFoundIsWhatAFullOuterJoinFinds(long seed) throws SQLException {
    Random random = new Random(seed);
    boolean timed = random.nextBoolean();
    TableOverride override =
        timed ? TableOverride.builder().timeColumn("at").build() : TableOverride.NONE;
    TwoDatabases two =
        new TwoDatabases(
            dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(List.of("public.*"), List.of(), Map.of("public.t", override)))
                .build());
    two.both(
        "create table t (k text, n bigint, at timestamptz, v text, d float8, b bigint, primary key (k, n))");
    if (random.nextBoolean()) {
      two.both("create index on t (at)");
    }
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      rows.add(row(random, i));
    }
    insert(two, rows, random, true);
    insert(two, rows, random, false);

    TableComparison found =
        two.compare(
                two.options()
                    .maxDifferences(10_000)
                    .window(WindowSize.of(Duration.ofHours(1 + random.nextInt(40))))
                    .checksum(random.nextBoolean() ? Optional.of(Checksum.TEXT) : Optional.empty()))
            .tables()
            .get(0);

    TreeSet<String> differences = new TreeSet<>();
    for (Difference d : found.differences()) {
      differences.add(
          d.kind() + " " + d.key().get("k") + "/" + d.key().get("n") + " " + d.columns());
    }
    assertThat(differences).isEqualTo(fullOuterJoin());
    assertThat(found.missing() + found.extra() + found.changed()).isEqualTo(differences.size());

    two.repair(RepairOptions.of(two.options()).deleteExtra(true));

    assertThat(fullOuterJoin()).isEmpty();
    assertThat(two.compare().inSync()).isTrue();
  }

  private static List<String> row(Random random, int i) {
    String time =
        switch (random.nextInt(20)) {
          case 0 -> null;
          case 1 -> "infinity";
          case 2 -> "1950-01-01";
          default -> "2001-01-" + (10 + random.nextInt(20)) + " " + random.nextInt(24) + ":00Z";
        };
    List<String> row = new ArrayList<>();
    row.add(TEXTS[random.nextInt(TEXTS.length)] + (i % 3));
    row.add(String.valueOf(i * (random.nextBoolean() ? 1L : 4294967296L)));
    row.add(time);
    row.add(random.nextInt(5) == 0 ? null : TEXTS[random.nextInt(TEXTS.length)]);
    row.add(random.nextInt(5) == 0 ? null : DOUBLES[random.nextInt(DOUBLES.length)]);
    row.add(random.nextInt(5) == 0 ? null : BIGS[random.nextInt(BIGS.length)]);
    return row;
  }

  private static void insert(
      TwoDatabases two, List<List<String>> rows, Random random, boolean source)
      throws SQLException {
    List<String> statements = new ArrayList<>();
    for (List<String> row : rows) {
      List<String> here = new ArrayList<>(row);
      int fate = random.nextInt(12);
      if (fate == 0) {
        continue;
      }
      if (fate == 1) {
        int column = 2 + random.nextInt(4);
        here.set(column, row(random, 0).get(column));
      }
      StringBuilder values = new StringBuilder();
      for (String value : here) {
        values
            .append(values.length() == 0 ? "" : ", ")
            .append(value == null ? "null" : "'" + value.replace("'", "''") + "'");
      }
      statements.add("insert into t values (" + values + ")");
    }
    if (source) {
      two.source(statements.toArray(String[]::new));
    } else {
      two.target(statements.toArray(String[]::new));
    }
  }

  private Set<String> fullOuterJoin() throws SQLException {
    String sql = "select k, n, at at time zone 'UTC', v, d, b from t";
    Map<String, List<String>> source = byKey(sql, true);
    Map<String, List<String>> target = byKey(sql, false);
    String[] names = {"k", "n", "at", "v", "d", "b"};
    TreeSet<String> found = new TreeSet<>();
    source.forEach(
        (key, row) -> {
          List<String> other = target.remove(key);
          if (other == null) {
            found.add("MISSING " + key + " []");
            return;
          }
          List<String> columns = new ArrayList<>();
          for (int i = 0; i < names.length; i++) {
            if (!Objects.equals(row.get(i), other.get(i))) {
              columns.add(names[i]);
            }
          }
          if (!columns.isEmpty()) {
            found.add("CHANGED " + key + " " + columns);
          }
        });
    target.keySet().forEach(key -> found.add("EXTRA " + key + " []"));
    return found;
  }

  private Map<String, List<String>> byKey(String sql, boolean source) throws SQLException {
    Map<String, List<String>> rows = new HashMap<>();
    for (List<String> row : dbs.query(source ? dbs.source() : dbs.target(), sql)) {
      rows.put(row.get(0) + "/" + row.get(1), row);
    }
    return rows;
  }
}
