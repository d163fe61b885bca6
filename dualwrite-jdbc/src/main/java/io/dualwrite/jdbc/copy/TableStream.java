package io.dualwrite.jdbc.copy;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * Rows of a table that a condition cuts out, sent from the primary to the secondary by {@code COPY}
 * on both sides: nothing is held in memory. In the binary format where both sides' types have the
 * same, else as text.
 */
public final class TableStream {
  private static final String STAGE = "pg_temp.dualwrite_stage";

  private final TablePair pair;
  private final Side primary;
  private final TableSql sql;
  private final boolean binary;

  private TableStream(TablePair pair, Side primary) {
    this.pair = pair;
    this.primary = primary;
    this.sql = new TableSql(pair, primary);
    this.binary = RowStream.isBinary(pair);
  }

  /** Empty for a table with a column that {@code COPY} reads otherwise than a cast from text. */
  public static Optional<TableStream> of(TablePair pair, Side primary) {
    return RowStream.isCopied(pair)
        ? Optional.of(new TableStream(pair, primary))
        : Optional.empty();
  }

  /** Whether the rows travel in the binary format. */
  public boolean binary() {
    return binary;
  }

  /**
   * Sends rows straight into the secondary's table. A row that it has already fails it (23505).
   *
   * @param condition over the bare columns of the primary's table
   * @return how many rows there were
   */
  public long straight(Connection from, Connection to, String condition) throws SQLException {
    return pipe(from, to, condition, pair.on(primary.other()).name().sql());
  }

  /**
   * Sends rows into a temporary table of the transaction, which is made for them, and from there
   * into the secondary's table those whose key it has not. What it has is left as it is.
   *
   * @param condition over the bare columns of the primary's table
   */
  public Staged missing(Connection from, Connection to, String condition) throws SQLException {
    String table = pair.on(primary.other()).name().sql();
    try (Statement statement = to.createStatement()) {
      statement.execute(
          "DROP TABLE IF EXISTS "
              + STAGE
              + "; CREATE TEMPORARY TABLE "
              + STAGE.substring(STAGE.indexOf('.') + 1)
              + " ON COMMIT DROP AS SELECT "
              + columns(primary.other())
              + " FROM "
              + table
              + " WITH NO DATA");
      long read = pipe(from, to, condition, STAGE);
      return new Staged(read, statement.executeUpdate(insert()));
    }
  }

  /**
   * What became of rows that were staged.
   *
   * @param read how many there were on the primary
   * @param written how many the secondary had not
   */
  public record Staged(long read, long written) {}

  /** A condition over the secondary's table: that its key is that of a staged row. */
  public String isStaged() {
    String table = pair.on(primary.other()).name().sql();
    return "EXISTS (SELECT FROM " + STAGE + " s WHERE " + sameKey(table) + ")";
  }

  private String insert() {
    Side side = primary.other();
    String table = pair.on(side).name().sql();
    String rows =
        "INSERT INTO "
            + table
            + " ("
            + columns(side)
            + ") OVERRIDING SYSTEM VALUE SELECT "
            + columns(side)
            + " FROM "
            + STAGE
            + " s";
    // Whoever writes this table's rows holds its lock, or is found out under the lock.
    return pair.conflictKey(side).isPresent()
        ? rows
            + " ON CONFLICT ("
            + pair.keyOn(side).stream().map(Column::sql).collect(joining(", "))
            + ") DO NOTHING"
        : rows + " WHERE NOT EXISTS (SELECT FROM " + table + " t WHERE " + sameKey("t") + ")";
  }

  private String sameKey(String alias) {
    return pair.keyOn(primary.other()).stream()
        .map(k -> alias + "." + k.sql() + " = s." + k.sql())
        .collect(joining(" AND "));
  }

  private long pipe(Connection from, Connection to, String condition, String table)
      throws SQLException {
    try (Statement statement = from.createStatement();
        ResultSet row = statement.executeQuery("SELECT " + sql.columnCount(primary))) {
      row.next();
      ChangedTableException.throwUnless(pair, primary, row.getInt(1));
    }
    String format = binary ? " (FORMAT binary)" : "";
    String read =
        "SELECT "
            + pair.columnsOn(primary).stream()
                .map(c -> binary ? c.sql() : ColumnText.read(c, c.sql()))
                .collect(joining(", "))
            + " FROM "
            + pair.on(primary).name().sql()
            + " WHERE "
            + condition;
    return RowStream.pipe(
        from,
        "COPY (" + read + ") TO STDOUT" + format,
        to,
        "COPY " + table + " (" + columns(primary.other()) + ") FROM STDIN" + format);
  }

  private String columns(Side side) {
    return pair.columnsOn(side).stream().map(Column::sql).collect(joining(", "));
  }
}
