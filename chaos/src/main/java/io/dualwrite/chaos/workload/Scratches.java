package io.dualwrite.chaos.workload;

import io.dualwrite.chaos.history.Change;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Less usual ways to write, to a table that is emptied as a whole now and then. */
final class Scratches {
  private static final String TABLE = Table.SCRATCH.sql();
  private static final String VALUES = "INSERT INTO scratch (id, n, version, writer) VALUES ";

  private Scratches() {}

  /** Two statements in one string, and a third that fails now and then. */
  static void script(Session s) throws SQLException {
    s.transaction(
        unit -> {
          long id = s.key();
          long inserted = s.version();
          long changed = s.version();
          boolean fails = s.random().nextInt(4) == 0;
          try (Statement statement = unit.connection().createStatement()) {
            statement.execute(
                VALUES
                    + row(s, id, inserted)
                    + "; UPDATE scratch SET n = n + 1, version = "
                    + changed
                    + " WHERE id = "
                    + id
                    + (fails ? "; SELECT 1 / 0" : ""));
          }
          unit.changed(Change.present(TABLE, id, changed));
        });
  }

  /** One statement that deletes one row and inserts another of what it was. */
  static void replace(Session s) throws SQLException {
    s.transaction(
        unit -> {
          for (long id : Own.some(unit, s, Table.SCRATCH, 1)) {
            long next = s.key();
            long version = s.version();
            unit.numbers(
                    "WITH gone AS (DELETE FROM scratch WHERE id = ? AND version < ? RETURNING n, writer)"
                        + " INSERT INTO scratch (id, n, version, writer) SELECT ?, n, ?, writer FROM gone RETURNING id",
                    id,
                    version,
                    next,
                    version)
                .forEach(
                    done -> {
                      unit.changed(Change.absent(TABLE, id, version));
                      unit.changed(Change.present(TABLE, done, version));
                    });
          }
        });
  }

  /** MERGE, which inserts, changes or deletes. */
  static void merge(Session s) throws SQLException {
    s.transaction(
        unit -> {
          List<Long> ids = Own.some(unit, s, Table.SCRATCH, 2);
          long fresh = s.key();
          long version = s.version();
          long first = ids.isEmpty() ? fresh : ids.get(0);
          long second = ids.size() < 2 ? first : ids.get(1);
          for (List<String> row :
              unit.rows(
                  "MERGE INTO scratch t USING (SELECT DISTINCT unnest(ARRAY[?, ?, ?]::bigint[]) AS id) w ON t.id = w.id"
                      + " WHEN MATCHED AND t.n % 3 = 0 THEN DELETE"
                      + " WHEN MATCHED THEN UPDATE SET n = t.n + 1, version = ?"
                      + " WHEN NOT MATCHED THEN INSERT (id, n, version, writer) VALUES (w.id, 1, ?, ?)"
                      + " RETURNING merge_action(), t.id",
                  fresh, first, second, version, version, s.writer())) {
            unit.changed(
                row.get(0).equals("DELETE")
                    ? Change.absent(TABLE, row.get(1), version)
                    : Change.present(TABLE, row.get(1), version));
          }
        });
  }

  /** Through a result set that writes. */
  static void throughResult(Session s) throws SQLException {
    s.transaction(
        unit -> {
          try (Statement statement =
                  unit.connection()
                      .createStatement(
                          ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
              ResultSet rows =
                  statement.executeQuery(
                      "SELECT id, n, version, writer FROM scratch WHERE writer = '"
                          + s.writer()
                          + "' ORDER BY id LIMIT 2")) {
            if (rows.next()) {
              long version = s.version();
              rows.updateLong("n", version % 100);
              rows.updateLong("version", version);
              rows.updateRow();
              unit.changed(Change.present(TABLE, rows.getLong("id"), version));
            }
            if (rows.next()) {
              long id = rows.getLong("id");
              long version = s.version();
              rows.deleteRow();
              unit.changed(Change.absent(TABLE, id, version));
            }
          }
        });
  }

  /** Empties it of everybody's rows. */
  static void truncate(Session s) throws SQLException {
    s.transaction(
        unit -> {
          unit.plain("LOCK TABLE scratch");
          List<List<String>> rows = unit.rows("SELECT id, version FROM scratch");
          unit.plain("TRUNCATE scratch");
          rows.forEach(
              row -> unit.changed(Change.absent(TABLE, row.get(0), Long.parseLong(row.get(1)))));
          long id = s.key();
          long version = s.version();
          unit.plain(VALUES + row(s, id, version));
          unit.changed(Change.present(TABLE, id, version));
        });
  }

  private static String row(Session s, long id, long version) {
    return "(" + id + ", 0, " + version + ", '" + s.writer() + "')";
  }
}
