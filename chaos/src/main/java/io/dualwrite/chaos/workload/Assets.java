package io.dualwrite.chaos.workload;

import io.dualwrite.chaos.history.Change;
import java.sql.SQLException;
import java.util.List;

/** Rows whose keys change. */
final class Assets {
  private static final String TABLE = Table.ASSET.sql();
  private static final String MOVE =
      "UPDATE asset SET id = ?, version = ? WHERE id = ? AND version < ?";
  private static final int MANY = 80;

  private Assets() {}

  /** Several rows by one statement, and by parameters of several types. */
  static void insert(Session s) throws SQLException {
    s.transaction(
        unit -> {
          long first = s.key();
          long second = s.key();
          long version = s.version();
          unit.update(
              "INSERT INTO asset (id, label, tags, version, writer)"
                  + " SELECT id, 'label ' || id, ARRAY['a', NULL, 'c,\"d\"'], ?, ? FROM unnest(ARRAY[?, ?]::bigint[]) id",
              version,
              s.writer(),
              first,
              second);
          unit.changed(Change.present(TABLE, first, version));
          unit.changed(Change.present(TABLE, second, version));
        });
  }

  static void changeKey(Session s) throws SQLException {
    for (long id : s.read(unit -> Own.some(unit, s, Table.ASSET, 1))) {
      long next = s.key();
      long version = s.version();
      List<Change> changes =
          List.of(Change.absent(TABLE, id, version), Change.present(TABLE, next, version));
      s.single(
          changes,
          unit -> {
            if (unit.update(MOVE, next, version, id, version) == 1) {
              changes.forEach(unit::changed);
            }
          });
    }
  }

  /** Two rows take each other's key. */
  static void swapKeys(Session s) throws SQLException {
    s.transaction(
        unit -> {
          List<Long> ids = Own.some(unit, s, Table.ASSET, 2);
          if (ids.size() == 2) {
            long aside = s.key();
            move(unit, s, ids.get(0), aside);
            move(unit, s, ids.get(1), ids.get(0));
            move(unit, s, aside, ids.get(1));
          }
        });
  }

  /** All keys of several rows by one statement. */
  static void moveSeveral(Session s) throws SQLException {
    s.transaction(
        unit -> {
          List<Long> ids = Own.some(unit, s, Table.ASSET, 4);
          if (ids.isEmpty()) {
            return;
          }
          long version = s.version();
          Long[] keys = ids.toArray(Long[]::new);
          // Keys of threads are 64 apart; the high bit tells those that were moved from the others.
          for (List<String> row :
              unit.rows(
                  "UPDATE asset SET id = CASE WHEN id < 0 THEN id + 9000000000000000000 ELSE id - 9000000000000000000 END,"
                      + " version = ? WHERE id = ANY (?) RETURNING id",
                  version,
                  unit.connection().createArrayOf("bigint", keys))) {
            long id = Long.parseLong(row.get(0));
            long before =
                id < 0 ? id + 9_000_000_000_000_000_000L : id - 9_000_000_000_000_000_000L;
            unit.changed(Change.absent(TABLE, before, version));
            unit.changed(Change.present(TABLE, id, version));
          }
        });
  }

  static void deleteSeveral(Session s) throws SQLException {
    s.transaction(
        unit -> {
          boolean many = Own.count(unit, s, Table.ASSET) > MANY;
          long version = s.version();
          for (long id : Own.some(unit, s, Table.ASSET, many ? 20 : 2)) {
            if (unit.plain("DELETE FROM asset WHERE id = " + id) == 1) {
              unit.changed(Change.absent(TABLE, id, version));
            }
          }
        });
  }

  private static void move(Unit unit, Session s, long from, long to) throws SQLException {
    long version = s.version();
    if (unit.update(MOVE, to, version, from, version) == 1) {
      unit.changed(Change.absent(TABLE, from, version));
      unit.changed(Change.present(TABLE, to, version));
    }
  }
}
