package io.dualwrite.chaos.workload;

import io.dualwrite.chaos.history.Change;
import java.sql.SQLException;
import java.util.List;

/** Hot rows: all threads of all applications change the same few, and the database counts. */
final class Accounts {
  static final int COUNT = 12;

  private static final String TABLE = Table.ACCOUNT.sql();
  private static final String ADD =
      "UPDATE account SET balance = balance + ?, version = version + 1, writer = ?";

  private Accounts() {}

  static void touch(Session s) throws SQLException {
    long id = any(s);
    s.single(List.of(Change.either(TABLE, id)), unit -> add(unit, s, id, 1));
  }

  /** From one to another, which fails under SERIALIZABLE when somebody else was there. */
  static void transfer(Session s) throws SQLException {
    s.serializable(
        unit -> {
          long from = any(s);
          long to = any(s);
          unit.numbers("SELECT balance FROM account WHERE id IN (?, ?)", from, to);
          add(unit, s, from, -5);
          add(unit, s, to, 5);
        });
  }

  /** Several rows by one statement, as they come: a deadlock now and then. */
  static void touchSeveral(Session s) throws SQLException {
    s.transaction(
        unit -> {
          long first = any(s);
          for (List<String> row :
              unit.rows(
                  ADD + " WHERE id BETWEEN ? AND ? RETURNING id, version",
                  2,
                  s.writer(),
                  first,
                  first + 3)) {
            unit.changed(Change.present(TABLE, row.get(0), Long.parseLong(row.get(1))));
          }
          add(unit, s, any(s), 1);
        });
  }

  private static void add(Unit unit, Session s, long id, long amount) throws SQLException {
    unit.numbers(ADD + " WHERE id = ? RETURNING version", amount, s.writer(), id)
        .forEach(version -> unit.changed(Change.present(TABLE, id, version)));
  }

  private static long any(Session s) {
    return s.random().nextInt(COUNT);
  }
}
