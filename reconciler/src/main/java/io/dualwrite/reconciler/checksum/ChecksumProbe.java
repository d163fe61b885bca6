package io.dualwrite.reconciler.checksum;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server makes of constants whose hashes both sides must agree on. The hash functions are
 * the server's own and not promised to stay the same between versions and machines, so they are
 * asked before they are relied on.
 *
 * @param hashes by checksum, what the server computes; without those that it does not have or may
 *     not compute
 */
public record ChecksumProbe(Map<Checksum, String> hashes) {
  private static final Logger LOG = LoggerFactory.getLogger(ChecksumProbe.class);

  private static final String SEND =
      """
      pg_catalog.hash_record_extended(row(int8send(4294967301), timestamptz_send('2001-01-14 10:00:00.000001+00'),
          timestamp_send('2001-01-14'), time_send('10:00'), interval_send('1 day'), float8send('-0'), float4send(1.5::real),
          7::int2, 7::int4, 7::oid, date '2001-01-14', true, 'd1a4c0de-0000-4000-8000-000000000001'::uuid,
          numeric_send(-1.50), numeric_send('NaN'), decode('00ff', 'hex'), '10.0.0.1'::inet, jsonb_send('{"a": [1, null, "é"]}'), '{1,NULL,é}'::text[]::text collate "C", 'Grüße'::text collate "C",
          'ab'::bpchar collate "C", null::text collate "C"), 1)""";

  private static final RowText TEXTS =
      new RowText(
          List.of(
              RowText.Value.of("7::text", "int4"),
              RowText.Value.of("'Grüße'", "text"),
              RowText.Value.of("null::text", "text"),
              RowText.Value.of(Identifiers.literal("a,\"b\\c"), "text"),
              RowText.Value.of("''", "text")));

  public ChecksumProbe {
    hashes = Map.copyOf(hashes);
  }

  /** Asks one server. Within the running transaction. */
  public static ChecksumProbe of(Connection connection) throws SQLException {
    Map<Checksum, String> hashes = new EnumMap<>(Checksum.class);
    for (Checksum checksum : Checksum.values()) {
      String texts = checksum.of(TEXTS);
      String all = checksum == Checksum.SEND ? SEND + " || ':' || " + texts : texts;
      hash(connection, checksum, all).ifPresent(hash -> hashes.put(checksum, hash));
    }
    return new ChecksumProbe(hashes);
  }

  /** Nothing where the server refuses; the transaction goes on. */
  private static Optional<String> hash(Connection connection, Checksum checksum, String expression)
      throws SQLException {
    Savepoint before = connection.setSavepoint();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select " + expression + " || ''")) {
      result.next();
      return Optional.of(result.getString(1));
    } catch (SQLException e) {
      String state = String.valueOf(e.getSQLState());
      if (state.startsWith("08") || state.startsWith("57")) {
        throw e;
      }
      LOG.debug("{} is not computed here ({})", checksum.label(), state);
      connection.rollback(before);
      return Optional.empty();
    }
  }

  /**
   * The cheapest checksum on which both servers agree, or the one asked for.
   *
   * @throws ChecksumException if they agree on none, or not on the one asked for
   */
  public static Checksum agree(
      ChecksumProbe source, ChecksumProbe target, Optional<Checksum> wanted) {
    for (Checksum checksum : Checksum.values()) {
      String hash = source.hashes.get(checksum);
      if (hash != null
          && hash.equals(target.hashes.get(checksum))
          && wanted.orElse(checksum) == checksum) {
        return checksum;
      }
    }
    throw new ChecksumException(
        wanted.isPresent()
            ? "checksum "
                + wanted.get().label()
                + ": the two servers do not compute it alike. Use --checksum auto."
            : "the two servers compute no checksum alike (" + Checksum.labels() + ")");
  }
}
