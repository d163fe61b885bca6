package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Identifiers;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The queries that journal the rows which a {@code WITH} query has written, one entry for each.
 *
 * @param columns the columns that name a row: its key, or the range column; none: the whole table
 *     is named
 * @param alias the names of that query and of its columns
 */
record EntryQueries(String journalTable, CapturedTable table, List<Column> columns, Aliases alias) {

  /** By the keys that the rows have now. */
  String ofRows() {
    return insert(alias::key, "");
  }

  /** By the keys that they had before, as they were noted, where those were others. */
  String ofNotedRows() {
    String noted = "NULLIF(" + alias.oldKey(1) + ", '')::pg_catalog.text[]";
    String condition = " WHERE " + noted + " <> ARRAY[" + joined(alias::key) + "]";
    return into("key") + noted + " FROM " + alias.write() + condition + noting(" AND ", noted);
  }

  /**
   * By the keys that they had before, as they were returned, where those were others.
   *
   * @param inserts whether some rows are new and had none
   */
  String ofOldRows(boolean inserts) {
    String differs =
        "ROW(" + joined(alias::oldKey) + ") IS DISTINCT FROM ROW(" + joined(alias::key) + ")";
    String inserted = inserts ? alias.oldKey(1) + " IS NOT NULL AND " : "";
    return insert(alias::oldKey, " WHERE " + inserted + differs);
  }

  private String insert(IntFunction<String> names, String where) {
    String from = " FROM " + alias.write() + where;
    String and = where.isEmpty() ? " WHERE " : " AND ";
    if (columns.isEmpty()) {
      return "INSERT INTO "
          + journalTable
          + " (table_name) SELECT "
          + journalName()
          + from
          + noting(and, "NULL");
    }
    if (table.key().isEmpty()) {
      return into("range_from, range_to")
          + names.apply(1)
          + ", "
          + names.apply(1)
          + from
          + noting(and, "NULL");
    }
    String key = "ARRAY[" + joined(names) + "]";
    return into("key") + key + from + noting(and, key);
  }

  private String noting(String and, String key) {
    return OwnNote.isFor(table)
        ? and + OwnNote.condition(journalName() + "::pg_catalog.text", table.keyId(), key)
        : "";
  }

  /** The id of the key is a constant of the text, so that it costs next to nothing per row. */
  private String into(String column) {
    return "INSERT INTO "
        + journalTable
        + " (table_name, key_id, "
        + column
        + ") SELECT "
        + journalName()
        + ", "
        + table.keyId()
        + ", ";
  }

  private String journalName() {
    return Identifiers.literal(table.journalName());
  }

  private String joined(IntFunction<String> name) {
    return IntStream.rangeClosed(1, columns.size())
        .mapToObj(name)
        .collect(Collectors.joining(", "));
  }
}
