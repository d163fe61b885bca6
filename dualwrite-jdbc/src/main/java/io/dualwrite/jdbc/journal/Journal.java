package io.dualwrite.jdbc.journal;

import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The journal table of the primary. Every method takes the connection, so that the caller decides
 * on the transaction; none commits.
 */
public final class Journal {
  /**
   * That an entry was there in a snapshot. The number of a transaction that is still to come is
   * from another server, whose entries a dump brought: it can never be asked for here.
   */
  private static final String WAS_THERE =
      "(pg_catalog.pg_visible_in_snapshot(tx, ?::text::pg_snapshot)"
          + " OR tx >= pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot()))";

  /** No entry names more rows by their keys. */
  public static final int MOST_KEYS = 1_000;

  private static final String WHOLE = "(key IS NULL OR key_id IS DISTINCT FROM ?)";

  private final String journal;
  private final SetAsideEntries setAside;

  /** The journal in that schema. */
  public Journal(String schema) {
    this.journal = Identifiers.quote(schema) + ".journal";
    this.setAside = new SetAsideEntries(schema);
  }

  /** The journal table's name for use in SQL. */
  public String sql() {
    return journal;
  }

  /** Those that could not be delivered. */
  public SetAsideEntries setAsideEntries() {
    return setAside;
  }

  /**
   * The first entries of each of these tables, in the order of {@link ReadFrom}: those behind the
   * frontier, and those of each open transaction.
   *
   * @param reading to be sent with what begins the snapshot; sent when this returns
   * @param from for each table where to begin
   * @param limit how many entries are read at most
   */
  public JournalSnapshot read(Pipeline reading, Map<String, ReadFrom> from, ReadLimit limit)
      throws SQLException {
    return read(reading, from, limit, "");
  }

  /** The same of one table, as far as they may be of some of its slices. */
  public JournalSnapshot read(
      Pipeline reading, String table, ReadFrom from, ReadLimit limit, SliceFilter filter)
      throws SQLException {
    return read(reading, Map.of(table, from), limit, filter.sql() + " AND ");
  }

  private JournalSnapshot read(
      Pipeline reading, Map<String, ReadFrom> from, ReadLimit limit, String filter)
      throws SQLException {
    List<From> open = new ArrayList<>();
    List<From> frontiers = new ArrayList<>();
    from.forEach(
        (table, each) -> {
          each.open().forEach(place -> open.add(new From(table, place)));
          frontiers.add(new From(table, each.frontier()));
        });
    List<JournalEntry> entries = new ArrayList<>();
    List<String> place = new ArrayList<>();
    reading.add(
        "SELECT pg_catalog.pg_current_snapshot()::text, pg_catalog.pg_relation_filenode("
            + Identifiers.literal(journal)
            + "::pg_catalog.regclass)::text, pg_catalog.pg_postmaster_start_time()::text",
        Pipeline.Parameters.NONE,
        row -> {
          row.next();
          place.addAll(List.of(row.getString(1), row.getString(2), row.getString(3)));
        });
    if (!open.isEmpty()) {
      reading.add(
          entriesFrom(filter + "j.tx = t.tx AND j.at >= t.at ORDER BY j.at"),
          parameters(open, limit.ofEachOpen()),
          rows -> entries.addAll(JournalEntry.all(rows)));
    }
    reading
        .add(
            entriesFrom(filter + "(j.tx, j.at) >= (t.tx, t.at) ORDER BY j.tx, j.at"),
            parameters(frontiers, limit.behindFrontier()),
            rows -> entries.addAll(JournalEntry.all(rows)))
        .send();
    return new JournalSnapshot(entries, place.get(0), Long.parseLong(place.get(1)), place.get(2));
  }

  private record From(String table, ReadFrom.Place place) {}

  private String entriesFrom(String which) {
    return "SELECT 0, e.place, e.table_name, e.key_id, e.key, e.range_from, e.range_to, e.keys IS NOT NULL, e.at, e.tx::text"
        + " FROM ROWS FROM (pg_catalog.unnest(?::text[]), pg_catalog.unnest(?::text[]::xid8[]), pg_catalog.unnest(?::text[]::timestamptz[]))"
        + " AS t(name, tx, at) CROSS JOIN LATERAL (SELECT j.ctid AS place, j.* FROM "
        + journal
        + " j WHERE j.table_name = t.name COLLATE \"C\" AND "
        + which
        + " LIMIT ?) e";
  }

  private static Pipeline.Parameters parameters(List<From> from, int limit) {
    return (statement, first) -> {
      Connection primary = statement.getConnection();
      Object[] tables = from.stream().map(From::table).toArray();
      Object[] transactions =
          from.stream().map(f -> Long.toString(f.place().transaction())).toArray();
      Object[] times = from.stream().map(f -> f.place().time()).toArray();
      statement.setArray(first, primary.createArrayOf("text", tables));
      statement.setArray(first + 1, primary.createArrayOf("text", transactions));
      statement.setArray(first + 2, primary.createArrayOf("text", times));
      statement.setInt(first + 3, limit);
      return first + 4;
    };
  }

  /**
   * Everything in the snapshot that names no row of a table by its present key: what a walk over
   * the whole table stands for.
   *
   * @param presentKey the id of the key or range column that entries are read by
   */
  public WholeEntries readWhole(Connection primary, String table, int presentKey)
      throws SQLException {
    String sql =
        "SELECT pg_catalog.pg_current_snapshot()::text, l.tx::text, l.at FROM (VALUES (1)) one LEFT JOIN LATERAL (SELECT tx, at FROM "
            + journal
            + " WHERE table_name = ? AND "
            + WHOLE
            + " ORDER BY tx DESC, at DESC LIMIT 1) l ON true";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setString(1, table);
      statement.setInt(2, presentKey);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        Timestamp last = rows.getTimestamp(3);
        return new WholeEntries(
            table,
            presentKey,
            rows.getString(1),
            last == null
                ? Optional.empty()
                : Optional.of(new ReadFrom.Place(rows.getLong(2), last.toInstant())));
      }
    }
  }

  /** The entries that the transaction under way on this connection wrote for these tables. */
  public List<JournalEntry> ownEntries(Connection primary, Collection<String> tables)
      throws SQLException {
    String sql =
        "SELECT 0, ctid, table_name, key_id, key, range_from, range_to, keys IS NOT NULL, at, tx::text FROM "
            + journal
            + " WHERE table_name = ANY (?) AND tx = pg_catalog.pg_current_xact_id() ORDER BY at";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setArray(1, primary.createArrayOf("text", tables.toArray()));
      return JournalEntry.all(statement);
    }
  }

  /**
   * The keys that those of these entries name which name several, by the entries' places.
   *
   * @param primary in the snapshot in which the entries were read
   */
  public Map<String, List<List<String>>> keys(Connection primary, List<JournalEntry> entries)
      throws SQLException {
    Object[] places =
        entries.stream().filter(JournalEntry::severalKeys).map(JournalEntry::place).toArray();
    if (places.length == 0) {
      return Map.of();
    }
    Map<String, List<List<String>>> keys = new HashMap<>();
    try (PreparedStatement statement =
        primary.prepareStatement("SELECT ctid, keys FROM " + journal + " WHERE ctid = ANY (?)")) {
      statement.setArray(1, primary.createArrayOf("tid", places));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          String[][] ofEntry = (String[][]) rows.getArray(2).getArray();
          keys.put(rows.getString(1), Arrays.stream(ofEntry).map(Arrays::asList).toList());
        }
      }
    }
    return keys;
  }

  /**
   * Adds the deletion of exactly these entries, to be done in any later transaction: what lies
   * where they lay, in the same file, and was there in their snapshot, is they. Those that a
   * rewrite of the table has moved since stay, and are delivered once more.
   */
  public void delete(Pipeline pipeline, JournalSnapshot read) {
    if (!read.entries().isEmpty()) {
      Object[] places = read.entries().stream().map(JournalEntry::place).toArray();
      pipeline.add(
          "DELETE FROM "
              + journal
              + " WHERE ctid = ANY (?) AND "
              + WAS_THERE
              + " AND pg_catalog.pg_relation_filenode("
              + Identifiers.literal(journal)
              + "::pg_catalog.regclass) = ?",
          (statement, first) -> {
            statement.setArray(first, statement.getConnection().createArrayOf("tid", places));
            statement.setString(first + 1, read.snapshot());
            statement.setLong(first + 2, read.file());
            return first + 3;
          });
    }
  }

  /** Adds the deletion of what a walk stood for. */
  public void delete(Pipeline pipeline, WholeEntries walked) {
    pipeline.add(
        "DELETE FROM " + journal + " WHERE table_name = ? AND " + WHOLE + " AND " + WAS_THERE,
        (statement, first) -> {
          statement.setString(first, walked.table());
          statement.setInt(first + 1, walked.presentKey());
          statement.setString(first + 2, walked.snapshot());
          return first + 3;
        });
  }

  /**
   * Deletes the entries by which these transactions named rows of these tables, in a transaction of
   * its own. Entries that name ranges or whole tables stay.
   */
  public void clearOwn(DataSource primary, Collection<OwnEntries.Noted> transactions)
      throws SQLException {
    if (transactions.isEmpty()) {
      return;
    }
    String sql =
        "DELETE FROM "
            + journal
            + " WHERE table_name = ANY (?) AND at >= ? AND tx = ?::text::xid8 AND key IS NOT NULL";
    try (Connection connection = primary.getConnection()) {
      Pipeline pipeline = new Pipeline(connection);
      pipeline.add("SELECT pg_catalog.set_config('synchronous_commit', 'off', true)");
      for (OwnEntries.Noted of : transactions) {
        pipeline.add(
            sql,
            (statement, first) -> {
              statement.setArray(first, connection.createArrayOf("text", of.tables().toArray()));
              statement.setTimestamp(first + 1, Timestamp.from(of.since()));
              statement.setString(first + 2, of.transaction());
              return first + 3;
            });
      }
      pipeline.plannedAfresh();
      pipeline.send();
    }
  }

  /** The tables that have entries. */
  public List<String> tablesWithEntries(Connection primary) throws SQLException {
    // A loose index scan: one probe of the index per table, however many entries there are.
    String sql =
        "WITH RECURSIVE t(name) AS ((SELECT table_name FROM "
            + journal
            + " ORDER BY table_name LIMIT 1) UNION ALL"
            + " SELECT (SELECT j.table_name FROM "
            + journal
            + " j WHERE j.table_name > t.name ORDER BY j.table_name LIMIT 1) FROM t"
            + " WHERE t.name IS NOT NULL) SELECT name FROM t WHERE name IS NOT NULL";
    try (PreparedStatement statement = primary.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      List<String> names = new ArrayList<>();
      while (rows.next()) {
        names.add(rows.getString(1));
      }
      return names;
    }
  }

  /** How many entries wait and how old the oldest is, by the primary's clock. */
  public Depth depth(Connection primary) throws SQLException {
    String sql =
        "SELECT (SELECT count(*) FROM "
            + journal
            + "), (SELECT count(*) FROM "
            + setAside.sql()
            + "),"
            + " (SELECT greatest(0, extract(epoch FROM clock_timestamp() - min(at))) FROM "
            + journal
            + ")";
    try (PreparedStatement statement = primary.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return new Depth(
          rows.getLong(1),
          rows.getLong(2),
          Duration.ofMillis(Math.round(rows.getDouble(3) * 1000)));
    }
  }

  /**
   * The journal's fill.
   *
   * @param pending entries that wait for delivery
   * @param setAside entries that could not be delivered
   * @param oldest age of the oldest pending entry; zero if there is none
   */
  public record Depth(long pending, long setAside, Duration oldest) {}
}
