package io.dualwrite.chaos.workload;

import io.dualwrite.chaos.history.Change;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;

/** Many rows at once: batches of both kinds, COPY, and statements over ranges. */
final class Events {
  private static final String TABLE = Table.EVENT.sql();
  private static final int MANY = 600;

  private Events() {}

  static void batch(Session s) throws SQLException {
    s.transaction(
        unit -> {
          List<Change> changes = new ArrayList<>();
          try (PreparedStatement insert =
              unit.connection()
                  .prepareStatement(
                      "INSERT INTO event (id, payload, version, writer) VALUES (?, ?::jsonb, ?, ?)")) {
            int rows = 1 + s.random().nextInt(60);
            for (int i = 0; i < rows; i++) {
              long id = s.key();
              long version = s.version();
              insert.setLong(1, id);
              insert.setString(2, "{\"n\": " + i + ", \"text\": \"€ \\\\ \"}");
              insert.setLong(3, version);
              insert.setString(4, s.writer());
              insert.addBatch();
              changes.add(Change.present(TABLE, id, version));
            }
            insert.executeBatch();
          }
          changes.forEach(unit::changed);
        });
  }

  /** COPY, which may leave half of the key to the database, with a statement beside it or not. */
  static void load(Session s) throws SQLException {
    s.transaction(
        unit -> {
          StringBuilder rows = new StringBuilder();
          List<Change> changes = new ArrayList<>();
          int count = 1 + s.random().nextInt(200);
          boolean keyed = s.random().nextInt(3) > 0;
          for (int i = 0; i < count; i++) {
            long id = s.key();
            long version = s.version();
            if (keyed) {
              rows.append(Instant.now()).append('\t');
            }
            rows.append(id).append("\t{}\t").append(version).append('\t').append(s.writer());
            rows.append('\n');
            changes.add(Change.present(TABLE, id, version));
          }
          try {
            unit.connection()
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn(
                    "COPY event ("
                        + (keyed ? "at, " : "")
                        + "id, payload, version, writer) FROM STDIN",
                    new StringReader(rows.toString()));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          changes.forEach(unit::changed);
          if (s.random().nextBoolean()) {
            change(unit, s, 5);
          }
        });
  }

  /** Rows that the database makes of others. */
  static void select(Session s) throws SQLException {
    s.transaction(
        unit -> {
          long version = s.version();
          long first = s.key();
          unit.numbers(
                  "INSERT INTO event (id, payload, version, writer) SELECT ? + 64 * n, to_jsonb(n), ?, ?"
                      + " FROM generate_series(0, ?) n RETURNING id",
                  first,
                  version,
                  s.writer(),
                  s.random().nextInt(20))
              .forEach(id -> unit.changed(Change.present(TABLE, id, version)));
          // The keys after the first belong to coming microseconds.
          while (s.key() < first + 64L * 32) {
            Thread.onSpinWait();
          }
        });
  }

  static void updateBatch(Session s) throws SQLException {
    s.transaction(
        unit -> {
          List<Long> ids = Own.some(unit, s, Table.EVENT, 10);
          try (Statement batch = unit.connection().createStatement()) {
            List<Change> changes = new ArrayList<>();
            for (long id : ids) {
              long version = s.version();
              batch.addBatch(
                  "UPDATE event SET payload = '{\"changed\": true}', version = "
                      + version
                      + " WHERE id = "
                      + id
                      + " AND version < "
                      + version);
              changes.add(Change.present(TABLE, id, version));
            }
            int[] rows = batch.executeBatch();
            for (int i = 0; i < rows.length; i++) {
              if (rows[i] == 1) {
                unit.changed(changes.get(i));
              }
            }
          }
        });
  }

  static void deleteOld(Session s) throws SQLException {
    s.transaction(
        unit -> {
          boolean many = Own.count(unit, s, Table.EVENT) > MANY;
          long version = s.version();
          unit.numbers(
                  "DELETE FROM event WHERE (at, id) IN"
                      + " (SELECT at, id FROM event WHERE writer = ? ORDER BY at LIMIT ?) RETURNING id",
                  s.writer(),
                  many ? MANY / 2 : 5)
              .forEach(id -> unit.changed(Change.absent(TABLE, id, version)));
        });
  }

  private static void change(Unit unit, Session s, int limit) throws SQLException {
    long version = s.version();
    unit.numbers(
            "UPDATE event SET payload = NULL, version = ? WHERE (at, id) IN"
                + " (SELECT at, id FROM event WHERE writer = ? ORDER BY random() LIMIT ?) RETURNING id",
            version,
            s.writer(),
            limit)
        .forEach(id -> unit.changed(Change.present(TABLE, id, version)));
  }
}
