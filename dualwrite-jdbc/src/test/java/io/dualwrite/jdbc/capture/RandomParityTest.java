package io.dualwrite.jdbc.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Random statements do the same bare and rewritten, and every row that they change is journaled.
 */
@WithDatabases
@Guarantee({"G2", "G7"})
class RandomParityTest {
  private static final int STATEMENTS = Integer.getInteger("dualwrite.test.statements", 400);

  private final long seed = Long.getLong("dualwrite.test.seed", System.nanoTime());
  private int captured;
  private int ran;

  @Test
  void bareAndRewrittenAgree(TestDatabases dbs) throws Exception {
    CaptureTables tables = new CaptureTables(dbs);
    Random random = new Random(seed);
    try (Connection connection = dbs.source().getConnection()) {
      connection.setAutoCommit(false);
      Outcome nothing = Outcome.of(connection, null, "SELECT", RequestedKeys.NONE, List.of());
      for (int i = 0; i < STATEMENTS; i++) {
        RandomStatement statement = new RandomStatement(random);
        RequestedKeys keys = keys(random);
        try {
          compare(tables, connection, statement, keys, nothing.orders());
        } catch (SQLException | RuntimeException | AssertionError e) {
          throw new AssertionError(
              "-Ddualwrite.test.seed=" + seed + " at " + i + ", " + keys + ":\n" + statement.text(),
              e);
        }
      }
      connection.rollback();
    }
    assertThat(captured).isGreaterThan(STATEMENTS / 2);
    assertThat(ran).as("statements without an error").isGreaterThan(STATEMENTS / 3);
  }

  @Test
  void triggersNameEveryRow(TestDatabases dbs) throws Exception {
    CaptureTables tables = new CaptureTables(dbs);
    tables.installTriggers(dbs);
    Random random = new Random(seed);
    try (Connection connection = dbs.source().getConnection()) {
      connection.setAutoCommit(false);
      Outcome nothing = Outcome.of(connection, null, "SELECT", RequestedKeys.NONE, List.of());
      for (int i = 0; i < STATEMENTS; i++) {
        RandomStatement statement = new RandomStatement(random);
        Outcome bare =
            Outcome.of(
                connection, null, statement.text(), RequestedKeys.NONE, statement.parameters());
        if (bare.sqlState() == null) {
          ran++;
          assertThat(bare.journal())
              .as("-Ddualwrite.test.seed=" + seed + " at " + i + ":\n" + statement.text())
              .containsAll(changedKeys(nothing.orders(), bare.orders()))
              .doesNotHaveDuplicates();
        }
      }
      connection.rollback();
    }
    assertThat(ran).as("statements without an error").isGreaterThan(STATEMENTS / 3);
  }

  private static RequestedKeys keys(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> RequestedKeys.ALL;
      case 1 -> new RequestedKeys.Columns(List.of("qty", "tags"));
      default -> RequestedKeys.NONE;
    };
  }

  private void compare(
      CaptureTables tables,
      Connection connection,
      RandomStatement statement,
      RequestedKeys keys,
      List<String> before)
      throws SQLException {
    Outcome bare = Outcome.of(connection, null, statement.text(), keys, statement.parameters());
    CapturePlan plan;
    Savepoint planning = connection.setSavepoint();
    try {
      plan = tables.plan(connection, statement.text(), keys);
    } catch (SQLException e) {
      connection.rollback(planning);
      assertThat(bare.sqlState()).startsWith(e.getSQLState());
      return;
    }
    if (plan instanceof Unmirrored unmirrored) {
      assertThat(unmirrored.reason()).isEqualTo("key-change");
      return;
    }
    captured++;
    Captured capture = (Captured) plan;
    Outcome rewritten =
        Outcome.of(connection, null, capture.journaling(), keys, statement.parameters());
    assertThat(sorted(rewritten.withoutJournal())).as(capture.journaling()).isEqualTo(sorted(bare));
    if (bare.sqlState() == null) {
      ran++;
      Set<String> changed = changedKeys(before, bare.orders());
      assertThat(new HashSet<>(rewritten.journal())).as(capture.journaling()).containsAll(changed);
      int count = bare.updateCounts().isEmpty() ? 0 : bare.updateCounts().get(0).intValue();
      if (count > 0) {
        assertThat(rewritten.journal()).hasSizeBetween(count, 2 * count);
      }
    }
  }

  private static Set<String> changedKeys(List<String> before, List<String> after) {
    Set<String> changed = new HashSet<>(before);
    after.forEach(
        row -> {
          if (!changed.remove(row)) {
            changed.add(row);
          }
        });
    return changed.stream()
        .map(row -> "public.orders {" + row.substring(1, row.indexOf(',')) + "}")
        .collect(Collectors.toSet());
  }

  /** A join may give rows back in another order, which SQL leaves open. */
  private static Outcome sorted(Outcome outcome) {
    List<List<String>> results = outcome.results().stream().map(RandomParityTest::sorted).toList();
    return new Outcome(
        outcome.updateCounts(),
        results,
        sorted(outcome.generatedKeys()),
        outcome.sqlState(),
        outcome.tables(),
        outcome.journal());
  }

  private static List<String> sorted(List<String> rows) {
    List<String> sorted = new ArrayList<>(rows);
    if (!rows.isEmpty()) {
      sorted.subList(1, rows.size()).sort(null);
    }
    return sorted;
  }
}
