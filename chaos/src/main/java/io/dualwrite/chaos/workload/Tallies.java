package io.dualwrite.chaos.workload;

import io.dualwrite.chaos.history.Change;
import java.sql.SQLException;
import java.util.List;

/**
 * Hot rows that come and go. Whoever may insert or delete one takes a lock of the application's own
 * first, so that versions grow in the order of the commits; half of them are never deleted, and
 * need none.
 */
final class Tallies {
  private static final String TABLE = Table.TALLY.sql();
  private static final int COUNT = 10;
  private static final String UPSERT =
      "INSERT INTO tally AS t (name, n, version, writer) VALUES (?, 1, ?, ?)"
          + " ON CONFLICT (name) DO UPDATE SET n = t.n + 1, version = greatest(t.version + 1, excluded.version),"
          + " writer = excluded.writer RETURNING version";

  private Tallies() {}

  static void count(Session s) throws SQLException {
    int number = s.random().nextInt(COUNT);
    if (number % 2 == 0) {
      s.single(List.of(Change.either(TABLE, name(number))), unit -> upsert(unit, s, number));
    } else {
      s.transaction(
          unit -> {
            lock(unit, number);
            upsert(unit, s, number);
          });
    }
  }

  static void remove(Session s) throws SQLException {
    int number = s.random().nextInt(COUNT / 2) * 2 + 1;
    s.transaction(
        unit -> {
          lock(unit, number);
          unit.numbers("DELETE FROM tally WHERE name = ? RETURNING version", name(number))
              .forEach(version -> unit.changed(Change.absent(TABLE, name(number), version)));
          if (s.random().nextInt(4) == 0) {
            upsert(unit, s, number);
          }
        });
  }

  private static void upsert(Unit unit, Session s, int number) throws SQLException {
    unit.numbers(UPSERT, name(number), s.version(), s.writer())
        .forEach(version -> unit.changed(Change.present(TABLE, name(number), version)));
  }

  private static void lock(Unit unit, int number) throws SQLException {
    unit.rows("SELECT pg_advisory_xact_lock(?)", number);
  }

  private static String name(int number) {
    return "tally " + number;
  }
}
