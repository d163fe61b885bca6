package io.dualwrite.jdbc.load;

import io.dualwrite.jdbc.capture.OwnNote;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.KeyText;
import io.dualwrite.jdbc.schema.SliceFunction;
import java.sql.SQLException;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes the journal's entries for the rows of a load, in the transaction that loaded them. */
final class LoadJournal {
  private static final int KEYS_AT_ONCE = 5_000;

  private final Pipeline pipeline;
  private final String into;
  private final CapturedTable table;

  /** Statements are added to the pipeline, and sent with it where they are many. */
  LoadJournal(Pipeline pipeline, String journalTable, CapturedTable table) {
    this.pipeline = pipeline;
    this.table = table;
    if (OwnNote.isFor(table)) {
      pipeline.add(OwnNote.tooMany());
    }
    this.into = "INSERT INTO " + journalTable + " (table_name, key_id, ";
  }

  /** One entry for the whole table. */
  void whole() {
    pipeline.add(into + "key) VALUES (" + names() + ", NULL)");
  }

  /** Entries for the rows that said their keys. */
  void keys(LoadedKeys keys) throws SQLException {
    runs(keys.runs());
    boolean ranges = table.key().isEmpty();
    List<Column> columns = ranges ? List.of(table.rangeColumn().orElseThrow()) : table.key();
    String sql =
        ranges
            ? oneRange(columns.get(0))
            : OwnNote.isFor(table) ? each(columns) : together(columns);
    keys.forEach(KEYS_AT_ONCE, byColumn -> pipeline.add(sql, arrays(byColumn)).send());
  }

  private void runs(List<DenseRuns.Run> runs) {
    if (!runs.isEmpty()) {
      pipeline.add(
          into
              + "range_from, range_to) SELECT "
              + names()
              + ", r.low, r.high FROM ROWS FROM (pg_catalog.unnest(?::text[]), pg_catalog.unnest(?::text[])) AS r(low, high)",
          arrays(
              List.of(
                  runs.stream().map(run -> Long.toString(run.from())).toList(),
                  runs.stream().map(run -> Long.toString(run.to())).toList())));
    }
  }

  private static Pipeline.Parameters arrays(List<List<String>> columns) {
    return (statement, first) -> {
      int next = first;
      for (List<String> column : columns) {
        statement.setArray(
            next++, statement.getConnection().createArrayOf("text", column.toArray()));
      }
      return next;
    };
  }

  /** Entries for all rows whose key column lies between two values of its sequence. */
  void numbered(Column column, long from, long to) {
    if (DenseRuns.suits(table.key())) {
      pipeline.add(
          into
              + "range_from, range_to) SELECT "
              + names()
              + ", greatest(g, "
              + from
              + ")::pg_catalog.text, least(g + "
              + (SliceFunction.BLOCK - 1)
              + ", "
              + to
              + ")::pg_catalog.text FROM pg_catalog.generate_series("
              + (from & -SliceFunction.BLOCK)
              + "::pg_catalog.int8, "
              + to
              + ", "
              + SliceFunction.BLOCK
              + ") g");
    } else {
      String key =
          table.key().stream()
              .map(k -> KeyText.encode(k, "t." + k.sql()))
              .collect(Collectors.joining(", "));
      pipeline.add(
          into
              + "key) SELECT "
              + names()
              + ", ARRAY["
              + key
              + "] FROM "
              + table.table().name().sql()
              + " t WHERE t."
              + column.sql()
              + " BETWEEN "
              + from
              + " AND "
              + to);
    }
  }

  private String each(List<Column> columns) {
    int n = columns.size();
    return into
        + "key) SELECT "
        + names()
        + ", ARRAY["
        + joined(n, i -> KeyText.encode(columns.get(i), value(columns.get(i), "k" + i)))
        + "] FROM ROWS FROM ("
        + joined(n, i -> "pg_catalog.unnest(?::text[])")
        + ") AS k("
        + joined(n, i -> "k" + i)
        + ")";
  }

  /**
   * One entry for many rows. {@code STRICT} writes rows at the commit that are named by themselves.
   */
  private String together(List<Column> columns) {
    int n = columns.size();
    String slice = table.slice(i -> "t.c" + i).map(s -> s + ", ").orElse("");
    return into
        + "keys) SELECT "
        + names()
        + ", pg_catalog.array_agg(ARRAY["
        + joined(n, i -> "t.c" + i)
        + "]) FROM (SELECT "
        + joined(
            n, i -> KeyText.encode(columns.get(i), value(columns.get(i), "k" + i)) + " AS c" + i)
        + ", k.n FROM ROWS FROM ("
        + joined(n, i -> "pg_catalog.unnest(?::text[])")
        + ") WITH ORDINALITY AS k("
        + joined(n, i -> "k" + i)
        + ", n) OFFSET 0) t GROUP BY "
        + slice
        + "(t.n - 1) / "
        + Journal.MOST_KEYS;
  }

  private String oneRange(Column column) {
    return into
        + "range_from, range_to) SELECT "
        + names()
        + ", "
        + KeyText.encode(column, "min(k.v)")
        + ", "
        + KeyText.encode(column, "max(k.v)")
        + " FROM (SELECT "
        + value(column, "u")
        + " AS v FROM pg_catalog.unnest(?::text[]) u) k";
  }

  /** As the column's input, in this session, understands the text. */
  private static String value(Column column, String text) {
    return text + "::" + column.type();
  }

  private String names() {
    return Identifiers.literal(table.journalName()) + ", " + table.keyId();
  }

  private static String joined(int n, IntFunction<String> each) {
    return IntStream.range(0, n).mapToObj(each).collect(Collectors.joining(", "));
  }
}
