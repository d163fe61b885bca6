package io.dualwrite.jdbc.copy;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOperation;
import org.postgresql.copy.CopyOut;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows that the secondary has not yet, sent from the primary as they come, by {@code COPY} on both
 * sides: nothing is taken apart on the way, and nothing is held in memory. In the binary format
 * where both sides' types have the same, else as text. A row that the secondary has all the same
 * fails it (23505).
 */
final class RowStream {
  private static final Logger LOG = LoggerFactory.getLogger(RowStream.class);

  private static final Set<String> NUMBERS = Set.of("int2", "int4", "int8");

  /**
   * Types whose binary form is the same on all supported servers and depends on no setting. A money
   * value's depends on {@code lc_monetary}, and what has an object identifier in it is a server's
   * own; versions before 17 take an infinite interval for another value. Blanks at the end are
   * padding in one form of {@code bpchar} and content in another.
   */
  private static final Set<String> BINARY =
      Set.of(
          "bool",
          "int2",
          "int4",
          "int8",
          "float4",
          "float8",
          "numeric",
          "text",
          "varchar",
          "bpchar",
          "uuid",
          "date",
          "time",
          "timetz",
          "timestamp",
          "timestamptz",
          "bytea",
          "json",
          "jsonb",
          "inet",
          "cidr",
          "macaddr",
          "bit",
          "varbit");

  /**
   * COPY reads a backslash in its input as the beginning of a number, a cast from text does not.
   */
  private static final String ONE_BYTE = "char";

  private static final int CHUNK = 65_536;

  private final TablePair pair;
  private final Side primary;
  private final TableSql sql;

  private RowStream(TablePair pair, Side primary) {
    this.pair = pair;
    this.primary = primary;
    this.sql = new TableSql(pair, primary);
  }

  /** For tables whose key the secondary knows to be unique: else a row that it has would stay. */
  static Optional<RowStream> of(TablePair pair, Side primary) {
    boolean suits = pair.conflictKey(primary.other()).isPresent() && isCopied(pair);
    return suits ? Optional.of(new RowStream(pair, primary)) : Optional.empty();
  }

  /** Whether the table has one key column, of whole numbers on either side. */
  boolean hasRanges() {
    return pair.key().size() == 1
        && isNumber(pair.key().get(0).source())
        && isNumber(pair.key().get(0).target());
  }

  private static boolean isNumber(Column column) {
    return column.typeKind() == 'b' && NUMBERS.contains(column.baseType());
  }

  /** Whether the driver below these connections can be reached. */
  static boolean suits(Connection primary, Connection secondary) throws SQLException {
    return primary.isWrapperFor(PGConnection.class) && secondary.isWrapperFor(PGConnection.class);
  }

  /** Those of the ranges in which the secondary has no row. Only where it {@link #hasRanges}. */
  Set<KeyRange> vacant(Connection secondary, List<KeyRange> ranges) throws SQLException {
    Side side = primary.other();
    String table = pair.on(side).name().sql();
    String query =
        "SELECT r.low, r.high FROM ROWS FROM (pg_catalog.unnest(?::bigint[]), pg_catalog.unnest(?::bigint[])) AS r(low, high)"
            + " WHERE NOT EXISTS (SELECT FROM "
            + table
            + " t WHERE t."
            + pair.key().get(0).on(side).sql()
            + " BETWEEN r.low AND r.high)";
    Set<KeyRange> vacant = new HashSet<>();
    try (PreparedStatement statement = secondary.prepareStatement(query)) {
      statement.setArray(1, numbers(secondary, ranges, KeyRange::from));
      statement.setArray(2, numbers(secondary, ranges, KeyRange::to));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          vacant.add(new KeyRange(rows.getLong(1), rows.getLong(2)));
        }
      }
    }
    return vacant;
  }

  private static java.sql.Array numbers(
      Connection connection, List<KeyRange> ranges, Function<KeyRange, Long> bound)
      throws SQLException {
    return connection.createArrayOf("bigint", ranges.stream().map(bound).toArray());
  }

  /**
   * Copies the rows of these ranges, all of them vacant.
   *
   * @param from the primary, in the snapshot
   * @param to the secondary, in the transaction that holds the lock
   * @return how many rows there were
   */
  int ranges(Connection from, Connection to, Collection<KeyRange> ranges) throws SQLException {
    String key = pair.key().get(0).on(primary).sql();
    String values =
        KeyRange.union(ranges).stream()
            .map(r -> "('" + r.from() + "'::bigint, '" + r.to() + "'::bigint)")
            .collect(joining(", "));
    return run(
        from,
        to,
        "(VALUES " + values + ") AS r(low, high)",
        "t." + key + " BETWEEN r.low AND r.high");
  }

  /** The same with the rows of these keys. */
  int keys(Connection from, Connection to, Collection<RowKey> keys) throws SQLException {
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < pair.key().size(); i++) {
      int column = i;
      Object[] values = keys.stream().map(k -> k.values().get(column)).toArray();
      String literal = Identifiers.literal(from.createArrayOf("text", values).toString());
      columns.add("pg_catalog.unnest(" + literal + "::text[])");
    }
    return run(from, to, sql.keysOf(columns), sql.matches(primary, "t"));
  }

  private int run(Connection from, Connection to, String which, String matches)
      throws SQLException {
    try (Statement statement = from.createStatement();
        ResultSet row = statement.executeQuery("SELECT " + sql.columnCount(primary))) {
      row.next();
      ChangedTableException.throwUnless(pair, primary, row.getInt(1));
    }
    boolean binary = isBinary(pair);
    String format = binary ? " (FORMAT binary)" : "";
    String columns =
        pair.columnsOn(primary.other()).stream().map(Column::sql).collect(joining(", "));
    String read =
        "SELECT "
            + pair.columnsOn(primary).stream()
                .map(c -> binary ? "t." + c.sql() : ColumnText.read(c, "t." + c.sql()))
                .collect(joining(", "))
            + " FROM "
            + which
            // See TableSql.read.
            + " CROSS JOIN LATERAL (SELECT * FROM "
            + pair.on(primary).name().sql()
            + " t WHERE "
            + matches
            + " OFFSET 0) t";
    long rows =
        pipe(
            from,
            "COPY (" + read + ") TO STDOUT" + format,
            to,
            "COPY "
                + pair.on(primary.other()).name().sql()
                + " ("
                + columns
                + ") FROM STDIN"
                + format);
    // Both tables keep their definition now until the transactions end.
    StreamFacts.check(pair, primary, from, to, binary);
    return Math.toIntExact(rows);
  }

  /**
   * Sends what one {@code COPY … TO STDOUT} gives to another {@code COPY … FROM STDIN}.
   *
   * @return how many rows there were
   */
  static long pipe(Connection from, String copyOut, Connection to, String copyIn)
      throws SQLException {
    CopyOut out = from.unwrap(PGConnection.class).getCopyAPI().copyOut(copyOut);
    boolean ended = false;
    try {
      CopyIn in = to.unwrap(PGConnection.class).getCopyAPI().copyIn(copyIn);
      boolean written = false;
      try {
        pass(out, in);
        ended = true;
        long rows = in.endCopy();
        written = true;
        return rows;
      } finally {
        if (!written) {
          cancel(in);
        }
      }
    } finally {
      if (!ended) {
        cancel(out);
      }
    }
  }

  private static void pass(CopyOut out, CopyIn in) throws SQLException {
    byte[] chunk = new byte[CHUNK];
    int filled = 0;
    for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
      if (filled + row.length > CHUNK) {
        in.writeToCopy(chunk, 0, filled);
        filled = 0;
      }
      if (row.length > CHUNK) {
        in.writeToCopy(row, 0, row.length);
      } else {
        System.arraycopy(row, 0, chunk, filled, row.length);
        filled += row.length;
      }
    }
    in.writeToCopy(chunk, 0, filled);
  }

  /** Whether all columns have the same binary form on both sides. */
  static boolean isBinary(TablePair pair) {
    return pair.columns().stream().allMatch(RowStream::isBinary);
  }

  /** Whether {@code COPY} reads all columns as a cast from text does. */
  static boolean isCopied(TablePair pair) {
    return pair.columns().stream()
        .noneMatch(
            c -> c.source().baseType().equals(ONE_BYTE) || c.target().baseType().equals(ONE_BYTE));
  }

  private static boolean isBinary(ColumnPair column) {
    Column source = column.source();
    Column target = column.target();
    return source.typeKind() == 'b'
        && target.typeKind() == 'b'
        && BINARY.contains(source.baseType())
        && source.baseType().equals(target.baseType())
        && (!source.baseType().equals("bpchar") || source.type().equals(target.type()))
        && !source.castType().contains(".")
        && !target.castType().contains(".");
  }

  private static void cancel(CopyOperation copy) {
    if (copy.isActive()) {
      try {
        copy.cancelCopy();
      } catch (SQLException e) {
        // What ended the copying is thrown; the connection is given back broken.
        LOG.debug("Ending a COPY before its time failed: {}", Failures.describe(e));
      }
    }
  }
}
