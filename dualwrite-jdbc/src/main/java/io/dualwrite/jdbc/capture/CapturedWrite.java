package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.KeyText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A write to a mirrored table within a text: what makes it return keys, and the queries that
 * journal them.
 */
final class CapturedWrite {
  private static final String RETURNING = "\"returning\"";

  private final WriteStatement statement;
  private final TokenRun run;
  private final CapturedTable table;
  private final List<Column> columns;
  private final OldKeys old;
  private final Returned returned;
  private final Aliases alias;
  private final EntryQueries entries;

  /**
   * @param columns the columns that name a row in the journal: its key, or the range column; none:
   *     the whole table is named
   */
  CapturedWrite(
      String journalTable,
      WriteStatement statement,
      CapturedTable table,
      List<Column> columns,
      OldKeys old,
      Returned returned,
      Aliases alias) {
    this.statement = statement;
    this.run = statement.run();
    this.table = table;
    this.columns = columns;
    this.old = old;
    this.returned = returned;
    this.alias = alias;
    this.entries = new EntryQueries(journalTable, table, columns, alias);
  }

  CapturedTable table() {
    return table;
  }

  WriteStatement statement() {
    return statement;
  }

  Returned returned() {
    return returned;
  }

  Aliases alias() {
    return alias;
  }

  /** Up to the parenthesis that holds the write. */
  String opening() {
    return alias.write() + "(" + String.join(", ", outputs()) + ") AS (";
  }

  /** Extends the write so that it returns what {@link #opening} names. */
  void extend(Spliced text) {
    switch (old) {
      case JOINED -> join(text);
      case NOTED -> note(text);
      case NONE, RETURNED -> {}
    }
    returning(text);
  }

  /** The query that journals the keys that rows had before, with a comma before it; or nothing. */
  String journalOldQuery() {
    return old == OldKeys.NONE ? "" : ", " + alias.journalOld() + " AS (" + oldEntries() + ")";
  }

  /** The insert that journals, of one entry per row. */
  String journal() {
    return entries.ofRows();
  }

  /** Selects what the application is to get back. */
  String selectReturned() {
    String labels =
        joined(
            returned.labels().size(),
            ", ",
            n -> alias.returned(n) + " AS " + Identifiers.quote(returned.labels().get(n - 1)));
    return "SELECT " + labels + " FROM " + alias.write();
  }

  /** The condition that is always true and holds the word {@code returning}. */
  String mark() {
    return " WHERE " + alias.write() + ".returning";
  }

  /**
   * The statement that returns journal name and key of each row instead; null where that cannot be.
   */
  @Nullable String returningKeys() {
    boolean ranges = table.key().isEmpty() && !columns.isEmpty();
    if (!returned.isNothing() || old != OldKeys.NONE || ranges || statement.isMerge()) {
      return null;
    }
    String key =
        columns.isEmpty() ? "NULL::pg_catalog.text[]" : "ARRAY[" + encodedKey(reference()) + "]";
    String list =
        " RETURNING " + Identifiers.literal(table.journalName()) + "::pg_catalog.text, " + key;
    return new Spliced(run.text()).insert(run.endOf(run.size() - 1), list).finish();
  }

  private List<String> outputs() {
    List<String> outputs = new ArrayList<>(each(columns.size(), alias::key));
    outputs.addAll(each(oldOutputs(), alias::oldKey));
    if (outputs.isEmpty() || !returned.isNothing()) {
      outputs.add(RETURNING);
    }
    outputs.addAll(each(returned.labels().size(), alias::returned));
    return outputs;
  }

  private int oldOutputs() {
    return switch (old) {
      case NONE -> 0;
      case NOTED -> 1;
      case JOINED, RETURNED -> columns.size();
    };
  }

  private void join(Spliced text) {
    String rows =
        "(SELECT "
            + joined(columns.size(), ", ", n -> columns.get(n - 1).sql() + " AS " + alias.oldKey(n))
            + " FROM "
            + wholeTable()
            + ") "
            + alias.old();
    if (statement.from() < 0) {
      text.insert(run.endOf(statement.setEnd() - 1), " FROM " + rows);
    } else {
      text.insert(run.endOf(statement.from()), " " + rows + ",");
    }
    String reference = reference();
    restrict(
        text,
        statement.where(),
        joined(
            columns.size(),
            " AND ",
            n ->
                alias.old()
                    + "."
                    + alias.oldKey(n)
                    + " = "
                    + reference
                    + "."
                    + columns.get(n - 1).sql()));
  }

  /** By its full name where it can be told, as a {@code WITH} query may have the short one. */
  private String wholeTable() {
    Target target = statement.target();
    return !target.only() && isByShortName() ? table.table().name().sql() : target.relation();
  }

  private boolean isByShortName() {
    Name name = statement.target().name();
    return name.parts() == 1 && name.last().equals(table.table().name().name());
  }

  /**
   * How expressions refer to the table: by its full name where another of its name may stand beside
   * it.
   */
  private String reference() {
    Target target = statement.target();
    boolean aliased = !target.reference().equals(target.name().written());
    return !aliased && isByShortName() && isNamesakeBeside()
        ? table.table().name().sql()
        : target.reference();
  }

  private boolean isNamesakeBeside() {
    String name = table.table().name().name();
    for (int i = statement.target().next(); i < run.size(); i++) {
      if (run.is(i - 1, ".") && run.get(i).isName() && Name.folded(run, i).equals(name)) {
        return true;
      }
    }
    return false;
  }

  private void note(Spliced text) {
    String key = "ARRAY[" + encodedKey(reference()) + "]::pg_catalog.text";
    String noting = "pg_catalog.set_config(" + noteName() + ", " + key + ", true) IS NOT NULL";
    if (statement.isMerge()) {
      noteInClauses(text, noting);
    } else {
      restrict(
          text, statement.onConflict().map(OnConflict::where).orElse(statement.where()), noting);
    }
  }

  private void noteInClauses(Spliced text, String noting) {
    for (MergeClause clause : statement.clauses()) {
      if (clause.assignments().isEmpty()) {
        continue;
      }
      int end = run.endOf(clause.then() - 1);
      if (clause.condition() < 0) {
        text.insert(end, " AND " + noting);
      } else {
        text.insert(run.endOf(clause.condition()), " (").insert(end, ") AND " + noting);
      }
    }
  }

  /** Of this write alone: another of the same statement may run while this one looks at a row. */
  private String noteName() {
    return "'dualwrite.old_" + table.table().oid() + alias.write().substring(2) + "'";
  }

  private void restrict(Spliced text, int where, String condition) {
    int end = run.endOf(statement.bodyEnd() - 1);
    if (where < 0) {
      text.insert(end, " WHERE " + condition);
    } else {
      text.insert(run.endOf(where), " (").insert(end, ") AND " + condition);
    }
  }

  private void returning(Spliced text) {
    String prefix = "";
    String oldRows = alias.old();
    if (old == OldKeys.RETURNED) {
      boolean named = WriteCapture.namesOldRows(run, statement.bodyEnd(), run.size());
      prefix = named ? "" : "WITH (OLD AS " + alias.old() + ") ";
      oldRows = named ? "old" : oldRows;
    }
    String list = prefix + String.join(", ", inputs(oldRows));
    if (statement.returns()) {
      text.insert(run.endOf(statement.bodyEnd()), " " + list + ",");
      if (old == OldKeys.JOINED) {
        qualifyStars(text);
      }
    } else {
      boolean star = old == OldKeys.JOINED && returned.added().filter("*"::equals).isPresent();
      String added =
          returned.added().map(more -> ", " + (star ? reference() + ".*" : more)).orElse("");
      text.insert(run.endOf(run.size() - 1), " RETURNING " + list + added);
    }
  }

  private List<String> inputs(String oldRows) {
    List<String> inputs = new ArrayList<>();
    String reference = reference();
    for (Column column : columns) {
      inputs.add(KeyText.encode(column, reference + "." + column.sql()));
    }
    for (int n = 1; n <= oldOutputs(); n++) {
      Column column = columns.get(n - 1);
      inputs.add(
          switch (old) {
            case JOINED -> KeyText.encode(column, oldRows + "." + alias.oldKey(n));
            case NOTED -> "pg_catalog.current_setting(" + noteName() + ", true)";
            case NONE, RETURNED -> KeyText.encode(column, oldRows + "." + column.sql());
          });
    }
    if (inputs.isEmpty() || !returned.isNothing()) {
      inputs.add("true");
    }
    return inputs;
  }

  /** Without it an asterisk would also stand for the joined columns. */
  private void qualifyStars(Spliced text) {
    for (int i = statement.bodyEnd() + 1; i < run.size(); i = run.comma(i, run.size()) + 1) {
      if (ReturningLabels.isBareStar(run, i)) {
        text.insert(run.startOf(i), reference() + ".");
      }
    }
  }

  private String oldEntries() {
    return old == OldKeys.NOTED
        ? entries.ofNotedRows()
        : entries.ofOldRows(statement.isInsert() || statement.isMerge());
  }

  private String encodedKey(String reference) {
    return joined(
        columns.size(),
        ", ",
        n -> KeyText.encode(columns.get(n - 1), reference + "." + columns.get(n - 1).sql()));
  }

  private static List<String> each(int count, IntFunction<String> name) {
    return IntStream.rangeClosed(1, count).mapToObj(name).toList();
  }

  private static String joined(int count, String separator, IntFunction<String> name) {
    return IntStream.rangeClosed(1, count).mapToObj(name).collect(Collectors.joining(separator));
  }
}
