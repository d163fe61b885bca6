package io.dualwrite.reconciler.backfill.file;

import static java.util.stream.Collectors.joining;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.Identifiers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Records of a batch in temporary tables of the target's transaction, first as texts, then as
 * values of the table's own types. Those that cannot be are found one by one and left out.
 *
 * @param table the table on the target
 * @param columns its columns, in the order of the records' values
 */
record Staging(String table, List<Column> columns) {
  /** The records as values; {@code dualwrite_n} is their place in the batch. */
  static final String ROWS = "pg_temp.dualwrite_file_rows";

  static final String N = "dualwrite_n";

  /** The server, its limits or another transaction; damaged files. */
  private static final String NO_VALUE = "(08|40|53|55|57|58).*|XX00[12]";

  /**
   * What the target says of a row that it does not take, of a statement without mistakes of its own
   * (426: {@link Failures#refusesRow}).
   */
  static final String REFUSED = Failures.refusesRowSql("dualwrite_st");

  /** The row of a block's query. */
  static final String ROW = "dualwrite_r";

  private static final String TEXTS = "pg_temp.dualwrite_file_texts";
  private static final String BAD = "pg_temp.dualwrite_file_bad";

  /** Stages the records; those that could not be. */
  List<Bad> stage(Connection target, List<FileRecord> records) throws SQLException {
    try (Statement statement = target.createStatement()) {
      statement.execute(create());
      List<Bad> bad = new ArrayList<>();
      send(target, records, 0, records.size(), bad);
      Savepoint before = target.setSavepoint();
      try {
        statement.execute(
            "INSERT INTO " + ROWS + " SELECT " + values("t.") + " FROM " + TEXTS + " t ORDER BY n");
      } catch (SQLException e) {
        if (!mayBeAValue(e)) {
          throw e;
        }
        target.rollback(before);
        statement.execute(oneByOne());
        bad.addAll(bad(statement));
      }
      return bad;
    }
  }

  /** Types are free in what they say of a text that they cannot read. */
  private static boolean mayBeAValue(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && state.length() == 5 && !state.matches(NO_VALUE);
  }

  private String create() {
    String names = columns.stream().map(Column::sql).collect(joining(", "));
    String texts =
        IntStream.range(0, columns.size())
            .mapToObj(i -> "c" + i + " pg_catalog.text")
            .collect(joining(", "));
    String notNull =
        columns.stream()
            .filter(Column::notNull)
            .map(c -> ", ALTER " + c.sql() + " SET NOT NULL")
            .collect(joining());
    return "DROP TABLE IF EXISTS "
        + String.join(", ", TEXTS, ROWS, BAD)
        + "; CREATE TEMPORARY TABLE dualwrite_file_texts (n pg_catalog.int4, "
        + texts
        + ") ON COMMIT DROP; CREATE TEMPORARY TABLE dualwrite_file_rows ON COMMIT DROP AS SELECT 0::pg_catalog.int4 AS "
        + N
        + ", "
        + names
        + " FROM "
        + table
        + " WITH NO DATA; ALTER TABLE "
        + ROWS
        + " ADD PRIMARY KEY ("
        + N
        + ")"
        + notNull
        + "; CREATE TEMPORARY TABLE dualwrite_file_bad (n pg_catalog.int4, col pg_catalog.text, state pg_catalog.text,"
        + " constr pg_catalog.text, said pg_catalog.text) ON COMMIT DROP";
  }

  private String values(String from) {
    return from
        + "n, "
        + IntStream.range(0, columns.size())
            .mapToObj(i -> ColumnText.write(columns.get(i), from + "c" + i))
            .collect(joining(", "));
  }

  /** Texts that the database's encoding has not are found by halves. */
  private void send(Connection target, List<FileRecord> records, int from, int to, List<Bad> bad)
      throws SQLException {
    if (from == to) {
      return;
    }
    Savepoint before = target.setSavepoint();
    try {
      copy(target, records, from, to);
      target.releaseSavepoint(before);
    } catch (SQLException e) {
      if (!Failures.refusesRow(e)) {
        throw e;
      }
      target.rollback(before);
      if (to - from == 1) {
        String state = String.valueOf(e.getSQLState());
        String words = Refusals.words(state, "");
        bad.add(new Bad(from, Optional.empty(), words, words));
      } else {
        int half = (from + to) >>> 1;
        send(target, records, from, half, bad);
        send(target, records, half, to, bad);
      }
    }
  }

  private static void copy(Connection target, List<FileRecord> records, int from, int to)
      throws SQLException {
    CopyIn copy =
        target.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + TEXTS + " FROM STDIN");
    try {
      for (int i = from; i < to; i++) {
        StringBuilder line = new StringBuilder().append(i);
        for (String value : records.get(i).values()) {
          line.append('\t');
          append(line, value);
        }
        byte[] bytes = line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
      }
      copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private static void append(StringBuilder line, @Nullable String value) {
    if (value == null) {
      line.append("\\N");
      return;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> line.append("\\\\");
        case '\t' -> line.append("\\t");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        default -> line.append(c);
      }
    }
  }

  /**
   * Each record by itself; the column is found by assigning each value to a variable of its type.
   */
  private String oneByOne() {
    StringBuilder tries = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      // Declared with its value: a domain need not take a null, which it would have before.
      tries
          .append(" IF dualwrite_col = '' THEN BEGIN DECLARE dualwrite_v ")
          .append(column.type())
          .append(" := ")
          .append(ColumnText.write(column, ROW + ".c" + i))
          .append("; BEGIN END; EXCEPTION WHEN OTHERS THEN dualwrite_col := ")
          .append(Identifiers.literal(column.name()))
          .append("; END; END IF;");
    }
    return loop(
        "SELECT * FROM " + TEXTS + " ORDER BY n",
        "INSERT INTO " + ROWS + " SELECT " + values(ROW + "."),
        "dualwrite_st !~ '^(" + NO_VALUE + ")'",
        tries.toString());
  }

  /**
   * A block that tries a statement for each {@link #ROW} of a query and writes down the rows that
   * it is refused for. Names that a table's column has as well mean the column.
   *
   * @param refusal the condition that it was refused, of the SQLState {@code dualwrite_st}
   */
  static String loop(String query, String statement, String refusal, String more) {
    String body =
        "#variable_conflict use_column\nDECLARE "
            + ROW
            + " pg_catalog.record; dualwrite_st pg_catalog.text; dualwrite_col pg_catalog.text;"
            + " dualwrite_con pg_catalog.text; dualwrite_msg pg_catalog.text; dualwrite_count pg_catalog.int8; BEGIN FOR "
            + ROW
            + " IN "
            + query
            + " LOOP BEGIN "
            + statement
            + "; EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS dualwrite_st = RETURNED_SQLSTATE,"
            + " dualwrite_col = COLUMN_NAME, dualwrite_con = CONSTRAINT_NAME, dualwrite_msg = MESSAGE_TEXT;"
            + " IF NOT ("
            + refusal
            + ") THEN RAISE; END IF;"
            + more
            + " INSERT INTO "
            + BAD
            + " VALUES ("
            + ROW
            + ".n, dualwrite_col, dualwrite_st, dualwrite_con, dualwrite_msg); END; END LOOP; END";
    return "DO " + Identifiers.literal(body);
  }

  /** A statement of such a block that writes its row down. */
  static String note(String state) {
    return "INSERT INTO "
        + BAD
        + " VALUES ("
        + ROW
        + ".n, '', "
        + Identifiers.literal(state)
        + ", '', '')";
  }

  /** The rows that it has written down so. */
  static Set<Integer> take(Statement statement, String state) throws SQLException {
    Set<Integer> places = new HashSet<>();
    try (ResultSet rows =
        statement.executeQuery(
            "DELETE FROM "
                + BAD
                + " WHERE state = "
                + Identifiers.literal(state)
                + " RETURNING n")) {
      while (rows.next()) {
        places.add(rows.getInt(1));
      }
    }
    return places;
  }

  /** What such a block has written down since it was last asked. */
  static List<Bad> bad(Statement statement) throws SQLException {
    List<Bad> bad = new ArrayList<>();
    try (ResultSet rows =
        statement.executeQuery("DELETE FROM " + BAD + " RETURNING n, col, state, constr, said")) {
      while (rows.next()) {
        Optional<String> column = Optional.ofNullable(rows.getString(2)).filter(c -> !c.isEmpty());
        String state = rows.getString(3);
        String words = Refusals.words(state, Optional.ofNullable(rows.getString(4)).orElse(""));
        bad.add(
            new Bad(
                rows.getInt(1),
                column,
                column.map(c -> "column " + c + ": ").orElse("") + words,
                rows.getString(5).isEmpty() ? words : rows.getString(5) + " (" + state + ")"));
      }
    }
    return bad;
  }
}
