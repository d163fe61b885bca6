package io.dualwrite.sample.demo;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Questions to both servers in SQL of the demo's own: nothing here asks the library how it went.
 */
final class Checks {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int POLL_MILLIS = 10;
  private static final int IDS_AT_ONCE = 20_000;

  /** Asked often: each table by the journal's index, not the journal from end to end. */
  private static final String WAITS =
      "SELECT count(*) FROM unnest(ARRAY['public.airports', 'public.flights', 'public.requests']) AS t(name)"
          + " WHERE EXISTS (SELECT FROM dualwrite.journal j WHERE j.table_name = t.name COLLATE \"C\" AND j.at <= ?::timestamptz)";

  private Checks() {}

  /** How many entries wait in the journal. */
  static long waiting(Database source) throws SQLException {
    return source.number("SELECT count(*) FROM dualwrite.journal");
  }

  /**
   * Waits until everything that is in the journal now has been delivered; what the traffic adds
   * meanwhile does not count.
   *
   * @return how long that took
   */
  static Duration awaitDelivered(Database source) throws SQLException, InterruptedException {
    long start = System.nanoTime();
    String last = source.text("SELECT coalesce(max(at), '-infinity')::text FROM dualwrite.journal");
    while (source.number(WAITS, last) > 0) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new IllegalStateException(
            "what was in the journal was not delivered within " + PATIENCE.toSeconds() + " s");
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** How many of these requests a server holds. */
  static long held(Database database, List<Answers.Acknowledged> acknowledged) throws SQLException {
    long held = 0;
    for (int from = 0; from < acknowledged.size(); from += IDS_AT_ONCE) {
      UUID[] ids =
          acknowledged.subList(from, Math.min(acknowledged.size(), from + IDS_AT_ONCE)).stream()
              .map(Answers.Acknowledged::request)
              .toArray(UUID[]::new);
      held += database.number("SELECT count(*) FROM requests WHERE id = ANY (?)", (Object) ids);
    }
    return held;
  }

  /** Number and md5 of the flights written since a time. */
  static String flightsSince(Database database, String since) throws SQLException {
    return database.text(
        "SELECT count(*) || ' flights, md5 ' || coalesce(md5(string_agg(f::text, E'\\n' ORDER BY id)), '-')"
            + " FROM flights f WHERE updated_at >= ?::timestamptz",
        since);
  }

  /** Number and md5 of the requests written since a time. */
  static String requestsSince(Database database, String since) throws SQLException {
    return database.text(
        "SELECT count(*) || ' requests, md5 ' || coalesce(md5(string_agg(r::text, E'\\n' ORDER BY id)), '-')"
            + " FROM requests r WHERE received_at >= ?::timestamptz",
        since);
  }

  /** Number and md5 of all airports. */
  static String airports(Database database) throws SQLException {
    return database.text(
        "SELECT count(*) || ' airports, md5 ' || md5(string_agg(a::text, E'\\n' ORDER BY iata COLLATE \"C\")) FROM airports a");
  }

  /**
   * From each commit on the old server to that on the new one, as the servers themselves remember
   * it: both run on one machine and read one clock.
   */
  static Sample lag(Stage stage, String since) throws SQLException {
    String sql =
        "SELECT id::text, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint"
            + " FROM requests WHERE received_at >= ?::timestamptz";
    Map<String, Long> committed = stage.source().numbers(sql, since);
    Map<String, Long> arrived = stage.target().numbers(sql, since);
    List<Long> micros =
        arrived.entrySet().stream()
            .filter(a -> committed.containsKey(a.getKey()))
            .map(a -> a.getValue() - committed.getOrDefault(a.getKey(), 0L))
            .sorted()
            .toList();
    return new Sample(micros.size(), 0, micros);
  }
}
