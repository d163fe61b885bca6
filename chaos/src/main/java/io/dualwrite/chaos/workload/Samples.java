package io.dualwrite.chaos.workload;

import io.dualwrite.chaos.history.Change;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;

/**
 * Many rows whose keys are consecutive numbers of one sequence, so that rows of all applications
 * lie between each other, with holes where transactions were rolled back.
 */
final class Samples {
  private static final String TABLE = Table.SAMPLE.sql();
  private static final int MANY = 1_500;
  private static final int LARGE = 400_000;
  private static final Duration LONG = Duration.ofSeconds(2);

  private Samples() {}

  /** A batch with keys that the application has fetched before. */
  static void batch(Session s) throws SQLException {
    s.transaction(
        unit -> {
          List<Change> changes = new ArrayList<>();
          try (PreparedStatement insert =
              unit.connection()
                  .prepareStatement(
                      "INSERT INTO sample (id, n, version, writer) VALUES (?, ?, ?, ?)")) {
            for (long id : keys(unit, 1 + s.random().nextInt(300))) {
              long version = s.version();
              insert.setLong(1, id);
              insert.setLong(2, version % 1000);
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

  /** COPY with such keys, discarded now and then. */
  static void load(Session s) throws SQLException {
    s.transaction(
        unit -> {
          StringBuilder rows = new StringBuilder();
          List<Change> changes = new ArrayList<>();
          for (long id : keys(unit, 1 + s.random().nextInt(800))) {
            long version = s.version();
            rows.append(id).append(",1,").append(version).append(',').append(s.writer());
            rows.append('\n');
            changes.add(Change.present(TABLE, id, version));
          }
          try {
            unit.connection()
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn(
                    "COPY sample (id, n, version, writer) FROM STDIN (FORMAT csv)",
                    new StringReader(rows.toString()));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          changes.forEach(unit::changed);
          if (s.random().nextInt(6) == 0) {
            unit.discard();
          }
        });
  }

  /** Keys that the database gives. */
  static void generate(Session s) throws SQLException {
    s.transaction(unit -> generateIn(unit, s));
  }

  private static void generateIn(Unit unit, Session s) throws SQLException {
    long version = s.version();
    unit.numbers(
            "INSERT INTO sample (n, version, writer) SELECT n, ?, ? FROM generate_series(1, ?) n RETURNING id",
            version,
            s.writer(),
            1 + s.random().nextInt(100))
        .forEach(id -> unit.changed(Change.present(TABLE, id, version)));
  }

  /** One that stays open for a while, so that its entries are seen long after younger ones. */
  static void slowly(Session s) throws SQLException {
    s.transaction(
        unit -> {
          generateIn(unit, s);
          LockSupport.parkNanos((long) (LONG.toNanos() * s.random().nextDouble()));
          change(unit, s);
        });
  }

  /** Changes some of a range, and deletes another, and brings some of that back. */
  static void ranges(Session s) throws SQLException {
    s.transaction(
        unit -> {
          change(unit, s);
          boolean many = Own.count(unit, s, Table.SAMPLE) > MANY;
          long deleted = s.version();
          List<Long> gone =
              unit.numbers(
                  "DELETE FROM sample WHERE writer = ? AND id IN"
                      + " (SELECT id FROM sample WHERE writer = ? ORDER BY id LIMIT ?) RETURNING id",
                  s.writer(),
                  s.writer(),
                  many ? MANY / 2 : 20);
          gone.forEach(id -> unit.changed(Change.absent(TABLE, id, deleted)));
          if (!gone.isEmpty() && s.random().nextBoolean()) {
            long back = gone.get(0);
            long version = s.version();
            unit.update(
                "INSERT INTO sample (id, n, version, writer) VALUES (?, 0, ?, ?)",
                back,
                version,
                s.writer());
            unit.changed(Change.present(TABLE, back, version));
          }
        });
  }

  /** A few large rows. */
  static void large(Session s) throws SQLException {
    s.transaction(
        unit -> {
          for (long id : keys(unit, 4)) {
            long version = s.version();
            unit.update(
                "INSERT INTO sample (id, n, body, version, writer) VALUES (?, 0, repeat(md5(?), ?), ?, ?)",
                id,
                Long.toString(id),
                s.random().nextInt(LARGE) / 32,
                version,
                s.writer());
            unit.changed(Change.present(TABLE, id, version));
          }
        });
  }

  private static void change(Unit unit, Session s) throws SQLException {
    long version = s.version();
    unit.numbers(
            "UPDATE sample SET n = n + 1, body = NULL, version = ? WHERE writer = ? AND id % 7 = ? RETURNING id",
            version, s.writer(), s.random().nextInt(7))
        .forEach(id -> unit.changed(Change.present(TABLE, id, version)));
  }

  private static List<Long> keys(Unit unit, int count) throws SQLException {
    return unit.numbers("SELECT nextval('sample_id_seq') FROM generate_series(1, ?)", count);
  }
}
