package io.dualwrite.jdbc.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.testing.TestDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;

/** Statements to run bare and as rewritten, on the same rows, comparing all that can be seen. */
final class ParityCases {

  /** A statement, its parameters and the entries that the journal must hold afterwards. */
  record Case(String sql, List<Object> parameters, List<String> journal, boolean onlyWithKeys) {
    Case(String sql, List<Object> parameters, List<String> journal) {
      this(sql, parameters, journal, false);
    }
  }

  private final List<Case> cases = new ArrayList<>();

  void given(String sql, List<Object> parameters, String... journal) {
    cases.add(new Case(sql, parameters, List.of(journal)));
  }

  /** A statement that is to be run only so that it asks for generated keys. */
  void givenWithKeys(String sql, String... journal) {
    cases.add(new Case(sql, List.of(), List.of(journal), true));
  }

  void given(String sql, String... journal) {
    given(sql, List.of(), journal);
  }

  void compare(TestDatabases dbs) throws SQLException {
    SoftAssertions all = new SoftAssertions();
    CaptureTables tables = new CaptureTables(dbs);
    try (Connection connection = dbs.source().getConnection()) {
      connection.setAutoCommit(false);
      for (Case c : cases) {
        for (RequestedKeys keys : requested(c)) {
          all.check(() -> compare(tables, connection, c, keys));
        }
      }
      connection.rollback();
    }
    tables.installTriggers(dbs);
    try (Connection connection = dbs.source().getConnection()) {
      connection.setAutoCommit(false);
      for (Case c : cases) {
        all.check(() -> triggersNameTheSame(connection, c));
      }
      connection.rollback();
    }
    all.assertAll();
  }

  /** By itself or with its table, as far as the server tells: no more tables than expected. */
  private static void triggersNameTheSame(Connection connection, Case c) throws SQLException {
    Outcome bare = Outcome.of(connection, null, c.sql(), RequestedKeys.NONE, c.parameters());
    if (bare.sqlState() == null && !c.onlyWithKeys()) {
      assertThat(c.journal())
          .as("by triggers: " + c.sql() + " " + bare.journal())
          .allMatch(expected -> isNamed(expected, bare.journal()));
      assertThat(bare.journal())
          .as("by triggers: " + c.sql() + " " + c.journal())
          .allMatch(entry -> isNamed(entry, c.journal()) || isPartOf(entry, c.journal()));
    }
  }

  private static boolean isNamed(String row, List<String> entries) {
    return entries.contains(row)
        || entries.contains(table(row))
        || (row.equals("public.ranged") && isPartOf(row, entries));
  }

  private static boolean isPartOf(String entry, List<String> entries) {
    return entries.stream()
        .anyMatch(other -> table(other).equals(table(entry)) && !entry.contains("{"));
  }

  /** Names hold blanks, keys and ranges begin with a bracket behind one. */
  private static String table(String entry) {
    return entry.replaceAll(" [\\[{].*", "");
  }

  private static List<RequestedKeys> requested(Case c) {
    String key =
        c.sql().contains("Order Items")
            ? "lineNo"
            : c.sql().contains("stock")
                ? "n"
                : c.sql().contains("whole") || c.sql().contains("ranged") ? "v" : "id";
    boolean bareStar = c.sql().contains("FROM a") && c.sql().contains("SET id");
    if (c.onlyWithKeys()) {
      return List.of(RequestedKeys.ALL, new RequestedKeys.Columns(List.of("id")));
    }
    List<RequestedKeys> all = new ArrayList<>(List.of(RequestedKeys.NONE));
    all.add(new RequestedKeys.Columns(c.sql().contains(" a ") ? List.of() : List.of(key)));
    if (!bareStar) {
      all.add(RequestedKeys.ALL);
    }
    return all;
  }

  static void compare(CaptureTables tables, Connection connection, Case c, RequestedKeys keys)
      throws SQLException {
    Outcome bare = Outcome.of(connection, null, c.sql(), keys, c.parameters());
    CapturePlan plan;
    Savepoint planning = connection.setSavepoint();
    try {
      plan = tables.plan(connection, c.sql(), keys);
    } catch (SQLException e) {
      connection.rollback(planning);
      assertThat(bare.sqlState()).as(c.sql()).startsWith(e.getSQLState());
      return;
    }
    assertThat(plan).as(c.sql()).isInstanceOf(Captured.class);
    Captured captured = (Captured) plan;
    Outcome rewritten =
        Outcome.of(connection, captured.before(), captured.journaling(), keys, c.parameters());
    assertThat(rewritten.withoutJournal())
        .as(c.sql() + "\n" + captured.journaling() + "\n" + keys)
        .isEqualTo(bare);
    if (bare.sqlState() == null) {
      assertThat(rewritten.journal())
          .as(captured.journaling())
          .containsExactlyInAnyOrderElementsOf(c.journal());
    }
    compareReturningKeys(connection, c, captured, rewritten);
  }

  /**
   * The form for BEST_EFFORT returns one row per entry, and the update count is its number of rows.
   */
  private static void compareReturningKeys(
      Connection connection, Case c, Captured captured, Outcome rewritten) throws SQLException {
    String sql = captured.returningKeys();
    if (sql == null || rewritten.sqlState() != null) {
      return;
    }
    Outcome returning = Outcome.of(connection, null, sql, RequestedKeys.NONE, c.parameters());
    assertThat(returning.sqlState()).as(sql).isNull();
    assertThat(returning.tables()).as(sql).isEqualTo(rewritten.tables());
    assertThat(
            returning.results().get(0).stream()
                .skip(1)
                .map(r -> r.replace("|null|", "|").replaceAll("\\|$", "").replace("|", " "))
                .toList())
        .as(sql)
        .containsExactlyInAnyOrderElementsOf(c.journal());
  }
}
