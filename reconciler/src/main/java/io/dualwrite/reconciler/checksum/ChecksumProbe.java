package io.dualwrite.reconciler.checksum;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * What a server makes of constants whose hashes both sides must agree on. The hash functions are
 * the server's own and not promised to stay the same between versions and machines, so they are
 * asked before they are relied on.
 *
 * @param send the hash of a row of constants; empty where the server has no {@code
 *     hash_record_extended} (before PostgreSQL 14)
 * @param text the hash of a text constant
 */
public record ChecksumProbe(Optional<String> send, String text) {
  private static final String SEND =
      """
      select hash_record_extended(row(int8send(4294967301), timestamptz_send('2001-01-14 10:00:00.000001+00'),
          timestamp_send('2001-01-14'), time_send('10:00'), interval_send('1 day'), float8send('-0'), float4send(1.5::real),
          7::int2, 7::int4, 7::oid, date '2001-01-14', true, 'd1a4c0de-0000-4000-8000-000000000001'::uuid, 1.50::numeric,
          'NaN'::numeric, '\\x00ff'::bytea, '10.0.0.1'::inet, '{"a": [1, null, "é"]}'::jsonb, 'Grüße'::text collate "C",
          'ab'::bpchar collate "C", null::text collate "C"), 1)""";
  private static final String TEXT =
      "select hashtextextended('(7,\"Grüße\",,\"\")' collate \"C\", 1)";

  /** Asks one server. Within the running transaction. */
  public static ChecksumProbe of(Connection connection) throws SQLException {
    boolean hasRecordHash =
        !"0"
            .equals(
                one(
                    connection,
                    "select count(*) from pg_catalog.pg_proc where proname = 'hash_record_extended'"));
    return new ChecksumProbe(
        hasRecordHash ? Optional.of(one(connection, SEND)) : Optional.empty(),
        one(connection, TEXT));
  }

  /**
   * The cheapest checksum on which both servers agree, or the one asked for.
   *
   * @throws ChecksumException if they agree on none, or not on the one asked for
   */
  public static Checksum agree(
      ChecksumProbe source, ChecksumProbe target, Optional<Checksum> wanted) {
    boolean send = source.send().isPresent() && source.send().equals(target.send());
    boolean text = source.text().equals(target.text());
    if (send && wanted.orElse(Checksum.SEND) == Checksum.SEND) {
      return Checksum.SEND;
    }
    if (text && wanted.orElse(Checksum.TEXT) == Checksum.TEXT) {
      return Checksum.TEXT;
    }
    throw new ChecksumException(
        wanted.isPresent()
            ? "checksum "
                + wanted.get().label()
                + ": the two servers do not compute it alike. Use --checksum auto."
            : "the two servers compute no checksum alike (hash_record_extended, hashtextextended)");
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }
}
