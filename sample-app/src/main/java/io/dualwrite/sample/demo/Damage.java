package io.dualwrite.sample.demo;

import io.dualwrite.reconciler.compare.Difference.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Rows of the new server, changed behind the library's back: old flights, on which nobody works any
 * more.
 *
 * @param kinds what was done to which flight
 */
record Damage(Map<Long, Kind> kinds) {
  private static final int EACH = 3;
  private static final long NEVER_GIVEN = 900_000_000;

  static Damage doTo(Database target) throws SQLException {
    List<Long> old =
        Arrays.stream(
                target
                    .text(
                        "SELECT string_agg(id::text, ',') FROM (SELECT id FROM flights ORDER BY id LIMIT 1000) f")
                    .split(","))
            .map(Long::valueOf)
            .toList();
    Map<Long, Kind> kinds = new TreeMap<>();
    for (int i = 0; i < EACH; i++) {
      long changed = old.get(100 * i + 7);
      target.run(
          "UPDATE flights SET delay_minutes = coalesce(delay_minutes, 0) + 1 WHERE id = ?",
          changed);
      kinds.put(changed, Kind.CHANGED);
      long missing = old.get(100 * i + 311);
      target.run("DELETE FROM flights WHERE id = ?", missing);
      kinds.put(missing, Kind.MISSING);
      long extra = NEVER_GIVEN + i;
      target.run(
          "INSERT INTO flights OVERRIDING SYSTEM VALUE"
              + " SELECT ?, scheduled_at, origin, destination, distance_miles, delay_minutes, status, updated_at FROM flights WHERE id = ?",
          extra,
          old.get(100 * i + 620));
      kinds.put(extra, Kind.EXTRA);
    }
    return new Damage(kinds);
  }

  int rows() {
    return kinds.size();
  }

  /** The damaged flights as a server holds them. */
  String seenOn(Database database) throws SQLException {
    List<Long> ids = new ArrayList<>(kinds.keySet());
    return database.text(
        "SELECT coalesce(string_agg(f::text, ' ' ORDER BY id), 'none') FROM flights f WHERE id = ANY (?)",
        (Object) ids.toArray(Long[]::new));
  }
}
