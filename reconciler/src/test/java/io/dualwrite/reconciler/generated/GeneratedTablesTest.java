package io.dualwrite.reconciler.generated;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.window.WindowSize;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.Seeds;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Random tables, rows, changes, checksums and windows: a comparison finds what a full outer join of
 * both sides finds, and a repair leaves nothing to find. {@code -Dtest.seed=} runs one again.
 */
@Guarantee("G10")
@WithDatabases
class GeneratedTablesTest {
  private static final int ROWS = 300;

  private final TestDatabases dbs;

  GeneratedTablesTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @RepeatedTest(12)
  void aComparisonFindsWhatAFullOuterJoinFinds() {
    Seeds.check(1, random -> check(random, new GeneratedTable(random, false), false));
  }

  @RepeatedTest(4)
  void soItDoesWhileAnApplicationWritesOtherRows() {
    Seeds.check(1, random -> check(random, new GeneratedTable(random, false), true));
  }

  @RepeatedTest(3)
  void bagsAreComparedByTheirNumberOfCopies() {
    Seeds.check(1, random -> checkBags(random, new GeneratedTable(random, true)));
  }

  private void check(Random random, GeneratedTable table, boolean live) throws SQLException {
    Reconciler reconciler = create(random, table, config(table), 1);
    CompareOptions options = options(random, config(table));
    Comparison comparison =
        live
            ? whileWriting(random, table, () -> reconciler.compare(options, Progress.NONE))
            : reconciler.compare(options, Progress.NONE);

    TableComparison found = comparison.tables().get(0);
    assertThat(
            found.count(Status.FAILED) + found.count(Status.SKIPPED) + found.count(Status.NOT_YET))
        .as("%s %s: %s", table, options, found.windows())
        .isZero();
    assertThat(differences(table, found))
        .as("%s %s", table, options)
        .isEqualTo(fullOuterJoin(table));
    assertThat(found.inSync()).isEqualTo(fullOuterJoin(table).isEmpty());

    reconciler.repair(RepairOptions.of(options).deleteExtra(true), Progress.NONE);
    assertThat(fullOuterJoin(table)).as("%s %s", table, options).isEmpty();
    assertThat(reconciler.compare(options, Progress.NONE).inSync()).isTrue();
  }

  private void checkBags(Random random, GeneratedTable table) throws SQLException {
    Reconciler reconciler = create(random, table, config(table), 3);
    CompareOptions options = options(random, config(table));

    TableComparison found = reconciler.compare(options, Progress.NONE).tables().get(0);

    Map<List<String>, Integer> surplus = new HashMap<>();
    rows(table, true).forEach(row -> surplus.merge(row, 1, Integer::sum));
    rows(table, false).forEach(row -> surplus.merge(row, -1, Integer::sum));
    assertThat(List.of(found.missing(), found.extra()))
        .as("%s %s", table, options)
        .containsExactly(
            surplus.values().stream().mapToLong(c -> Math.max(0, c)).sum(),
            surplus.values().stream().mapToLong(c -> Math.max(0, -c)).sum());
    reconciler.repair(RepairOptions.of(options).deleteExtra(true), Progress.NONE);
    assertThat(reconciler.compare(options, Progress.NONE).inSync()).isTrue();
  }

  private static MigrationConfig config(GeneratedTable table) {
    return MigrationConfig.builder("test")
        .tables(
            new TablesConfig(List.of("public.*"), List.of(), Map.of("public.t", table.override())))
        .build();
  }

  private static CompareOptions options(Random random, MigrationConfig config) {
    Checksum[] checksums = Checksum.values();
    int hours = random.nextInt(60);
    return CompareOptions.of(config.reconciler())
        .patience(Duration.ofSeconds(30))
        .maxDifferences(10_000)
        .parallelism(1 + random.nextInt(4))
        .window(hours == 0 ? WindowSize.AUTO : WindowSize.of(Duration.ofHours(hours)))
        .checksum(Optional.of(checksums[random.nextInt(checksums.length)]));
  }

  /** Both sides with about a sixth of the rows missing, extra or changed. */
  private Reconciler create(
      Random random, GeneratedTable table, MigrationConfig config, int mostCopies)
      throws SQLException {
    dbs.execute(dbs.source(), table.createSource().toArray(String[]::new));
    dbs.execute(dbs.target(), table.createTarget().toArray(String[]::new));
    List<String> source = new ArrayList<>();
    List<String> target = new ArrayList<>();
    for (int n = 0; n < ROWS; n++) {
      List<@Nullable String> values = table.values(random);
      int fate = random.nextInt(18);
      for (int copy = 0; copy < 1 + random.nextInt(mostCopies); copy++) {
        if (fate != 0) {
          source.add(table.insert(n, values, true));
        }
        if (fate != 1) {
          target.add(table.insert(n, fate == 2 ? table.changed(values, random) : values, false));
        }
      }
    }
    dbs.execute(dbs.source(), String.join("; ", source));
    dbs.execute(dbs.target(), String.join("; ", target));
    Reconciler reconciler = new Reconciler(config, dbs.source(), dbs.target());
    reconciler.init();
    return reconciler;
  }

  private interface Compare {
    Comparison run();
  }

  /** Rows of higher numbers come, change and go through the library meanwhile. */
  private Comparison whileWriting(Random random, GeneratedTable table, Compare compare) {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger written = new AtomicInteger();
    long seed = random.nextLong();
    try (DualWriteDataSource application =
        DualWriteDataSource.builder()
            .source(dbs.source())
            .target(dbs.target())
            .config(config(table))
            .build()) {
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> write(application, table, new Random(seed), over, written));
      Awaitility.await().until(() -> written.get() > 20 || writer.isDone());
      Comparison comparison;
      try {
        comparison = compare.run();
      } finally {
        over.set(true);
        writer.join();
      }
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  "0"
                      .equals(
                          dbs.queryValue(dbs.source(), "select count(*) from dualwrite.journal")));
      return comparison;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static void write(
      DualWriteDataSource application,
      GeneratedTable table,
      Random random,
      AtomicBoolean over,
      AtomicInteger written) {
    try (Connection connection = application.getConnection();
        Statement statement = connection.createStatement()) {
      for (int n = ROWS; !over.get() && n < 3 * ROWS; n++) {
        statement.execute(table.insert(n, table.values(random), true));
        statement.execute("update t set c0 = null where n = " + (n - 1) + " and n >= " + ROWS);
        if (n % 3 == 0) {
          statement.execute("delete from t where n = " + (n - 2) + " and n >= " + ROWS);
        }
        written.incrementAndGet();
      }
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }

  private static TreeSet<String> differences(GeneratedTable table, TableComparison found) {
    Map<Map<String, String>, Integer> numbers = new HashMap<>();
    for (int n = 0; n < ROWS; n++) {
      numbers.put(table.printedKey(n), n);
    }
    TreeSet<String> differences = new TreeSet<>();
    for (Difference d : found.differences()) {
      Integer n = numbers.get(d.key());
      assertThat(differences.add((n == null ? d.key() : n) + " " + d.kind() + " " + d.columns()))
          .as("reported once: %s", d)
          .isTrue();
    }
    return differences;
  }

  private TreeSet<String> fullOuterJoin(GeneratedTable table) throws SQLException {
    Map<String, List<String>> source = new HashMap<>();
    rows(table, true).forEach(row -> source.put(row.get(0), row));
    Map<String, List<String>> target = new HashMap<>();
    rows(table, false).forEach(row -> target.put(row.get(0), row));
    TreeSet<String> found = new TreeSet<>();
    source.forEach(
        (n, row) -> {
          List<String> other = target.remove(n);
          List<String> columns = new ArrayList<>();
          for (int i = 1; other != null && i < row.size(); i++) {
            if (!Objects.equals(row.get(i), other.get(i))) {
              columns.add(GeneratedTable.name(i - 1));
            }
          }
          if (other == null) {
            found.add(n + " MISSING []");
          } else if (!columns.isEmpty()) {
            found.add(n + " CHANGED " + columns);
          }
        });
    target.keySet().forEach(n -> found.add(n + " EXTRA []"));
    return found;
  }

  private List<List<String>> rows(GeneratedTable table, boolean source) throws SQLException {
    return dbs.query(source ? dbs.source() : dbs.target(), table.select(source));
  }
}
