package io.dualwrite.chaos.workload;

import io.dualwrite.chaos.history.Change;
import java.sql.SQLException;
import java.util.List;

/** Keys of any characters, a few for each thread, that come and go. */
final class Settings {
  private static final String TABLE = Table.SETTING.sql();
  private static final List<String> NAMES =
      List.of(
          "plain",
          "it's",
          "a,b",
          "\"quoted\"",
          "back\\slash",
          "{brace}",
          "tab\there",
          "ümläut €",
          " ",
          "NULL");

  private Settings() {}

  static void put(Session s) throws SQLException {
    String name = any(s);
    long version = s.version();
    Change change = Change.present(TABLE, name, version);
    s.single(
        List.of(change),
        unit -> {
          int rows =
              unit.update(
                  "INSERT INTO setting AS t (name, value, version, writer) VALUES (?, ?, ?, ?)"
                      + " ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = excluded.version"
                      + " WHERE t.version < excluded.version",
                  name,
                  s.random().nextInt(5) == 0 ? null : "value " + version,
                  version,
                  s.writer());
          if (rows == 1) {
            unit.changed(change);
          }
        });
  }

  static void remove(Session s) throws SQLException {
    String name = any(s);
    long version = s.version();
    Change change = Change.absent(TABLE, name, version);
    s.single(
        List.of(change),
        unit -> {
          if (unit.update("DELETE FROM setting WHERE name = ? AND version < ?", name, version)
              == 1) {
            unit.changed(change);
          }
        });
  }

  private static String any(Session s) {
    return s.writer() + NAMES.get(s.random().nextInt(NAMES.size()));
  }
}
