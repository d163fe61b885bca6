package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The ranges of tables without a key that one round replaces. What is refused in a careful round,
 * for want of a parent perhaps, is tried again behind the other rows, and then waits for a later
 * round.
 */
final class Replacements {
  private final LockedCopy copy;
  private final Round round;
  private final Map<String, TablePair> tables;
  private final HeldTables held;
  private final List<Map.Entry<Round.Range, WholeTable>> refused = new ArrayList<>();

  Replacements(LockedCopy copy, Round round, Map<String, TablePair> tables, HeldTables held) {
    this.copy = copy;
    this.round = round;
    this.tables = tables;
    this.held = held;
  }

  void run(boolean careful) throws SQLException {
    for (Map.Entry<Round.Range, WholeTable> each : round.ranges().entrySet()) {
      if (!table(each.getKey()).key().isEmpty()) {
        continue;
      }
      if (!careful) {
        replace(each.getKey());
      } else if (!tried(each.getKey(), false)) {
        refused.add(each);
        continue;
      }
      round.finished.add(each.getValue());
    }
  }

  /** Tries those again that were refused. */
  void again() throws SQLException {
    for (Map.Entry<Round.Range, WholeTable> each : refused) {
      if (tried(each.getKey(), true)) {
        round.finished.add(each.getValue());
      }
    }
  }

  private TablePair table(Round.Range range) {
    return Objects.requireNonNull(tables.get(range.table()));
  }

  private void replace(Round.Range range) throws SQLException {
    copy.replaceRange(table(range), range.from(), range.to());
  }

  private boolean tried(Round.Range range, boolean last) throws SQLException {
    Savepoint before = copy.secondary().setSavepoint();
    try (Statement statement = copy.secondary().createStatement()) {
      statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
      replace(range);
      return true;
    } catch (SQLException e) {
      if (!Failures.refusesRow(e) && !Failures.refusesTable(e)) {
        throw e;
      }
      copy.secondary().rollback(before);
      if (last) {
        held.hold(range.table(), e);
      }
      return false;
    }
  }
}
