package io.dualwrite.chaos.workload;

import io.dualwrite.chaos.history.Change;
import java.sql.SQLException;
import java.util.List;

/** Rows that take each other's place in a unique column. */
final class Places {
  private static final String TABLE = Table.PLACE.sql();
  private static final int MANY = 40;

  private Places() {}

  static void insert(Session s) throws SQLException {
    s.transaction(
        unit -> {
          long id = s.key();
          long version = s.version();
          unit.update(
              "INSERT INTO place (id, position, version, writer) VALUES (?, ?, ?, ?)",
              id,
              id,
              version,
              s.writer());
          unit.changed(Change.present(TABLE, id, version));
        });
  }

  /** All of some rows move one on, in a circle. */
  static void swap(Session s) throws SQLException {
    s.transaction(
        unit -> {
          List<List<String>> rows =
              unit.rows(
                  "SELECT id, position FROM place WHERE writer = ? ORDER BY random() LIMIT 3",
                  s.writer());
          if (rows.size() < 2) {
            return;
          }
          set(unit, s, id(rows, 0), -s.key());
          for (int i = 1; i < rows.size(); i++) {
            set(unit, s, id(rows, i), position(rows, i - 1));
          }
          set(unit, s, id(rows, 0), position(rows, rows.size() - 1));
        });
  }

  /** The place of one that goes is taken by a new one in the same transaction. */
  static void delete(Session s) throws SQLException {
    s.transaction(
        unit -> {
          boolean many = Own.count(unit, s, Table.PLACE) > MANY;
          List<List<String>> rows =
              unit.rows(
                  "SELECT id, position FROM place WHERE writer = ? ORDER BY random() LIMIT ?",
                  s.writer(),
                  many ? 10 : 1);
          for (int i = 0; i < rows.size(); i++) {
            long version = s.version();
            if (unit.update("DELETE FROM place WHERE id = ?", id(rows, i)) == 1) {
              unit.changed(Change.absent(TABLE, id(rows, i), version));
            }
            if (!many) {
              long next = s.key();
              long nextVersion = s.version();
              unit.update(
                  "INSERT INTO place (id, position, version, writer) VALUES (?, ?, ?, ?)",
                  next,
                  position(rows, i),
                  nextVersion,
                  s.writer());
              unit.changed(Change.present(TABLE, next, nextVersion));
            }
          }
        });
  }

  private static void set(Unit unit, Session s, long id, long position) throws SQLException {
    long version = s.version();
    int rows =
        unit.update(
            "UPDATE place SET position = ?, version = ? WHERE id = ? AND version < ?",
            position,
            version,
            id,
            version);
    if (rows == 1) {
      unit.changed(Change.present(TABLE, id, version));
    }
  }

  private static long id(List<List<String>> rows, int row) {
    return Long.parseLong(rows.get(row).get(0));
  }

  private static long position(List<List<String>> rows, int row) {
    return Long.parseLong(rows.get(row).get(1));
  }
}
