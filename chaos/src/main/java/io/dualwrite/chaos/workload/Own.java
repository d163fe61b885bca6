package io.dualwrite.chaos.workload;

import java.sql.SQLException;
import java.util.List;

/** Rows that a thread wrote, which no other thread touches. */
final class Own {
  private Own() {}

  /** Some of them, by their keys. */
  static List<Long> some(Unit unit, Session session, Table table, int limit) throws SQLException {
    return unit.numbers(
        "SELECT id FROM " + table.sql() + " WHERE writer = ? ORDER BY random() LIMIT " + limit,
        session.writer());
  }

  static long count(Unit unit, Session session, Table table) throws SQLException {
    return unit.numbers(
            "SELECT count(*) FROM " + table.sql() + " WHERE writer = ?", session.writer())
        .get(0);
  }
}
