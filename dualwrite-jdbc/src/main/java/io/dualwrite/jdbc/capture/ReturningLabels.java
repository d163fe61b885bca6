package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The labels of a {@code RETURNING} list, as far as the text tells them. */
final class ReturningLabels {
  private final WriteStatement statement;
  private final TokenRun run;
  private final CapturedTable table;
  private final List<String> labels = new ArrayList<>();

  private ReturningLabels(WriteStatement statement, CapturedTable table) {
    this.statement = statement;
    this.run = statement.run();
    this.table = table;
  }

  /** The labels; empty if only the server can tell. */
  static Optional<List<String>> of(WriteStatement statement, CapturedTable table) {
    ReturningLabels reading = new ReturningLabels(statement, table);
    int end = statement.run().size();
    for (int i = statement.bodyEnd() + 1; i < end || i == statement.bodyEnd() + 1; ) {
      int comma = statement.run().comma(i, end);
      if (!reading.item(i, comma)) {
        return Optional.empty();
      }
      i = comma + 1;
    }
    return Optional.of(reading.labels);
  }

  /** Whether some item is {@code *} alone. */
  static boolean hasBareStar(WriteStatement statement) {
    TokenRun run = statement.run();
    for (int i = statement.bodyEnd() + 1; i < run.size(); i = run.comma(i, run.size()) + 1) {
      if (isBareStar(run, i)) {
        return true;
      }
    }
    return false;
  }

  static boolean isBareStar(TokenRun run, int item) {
    return run.is(item, "*") && (run.get(item + 1) == Token.NONE || run.is(item + 1, ","));
  }

  /**
   * All columns of the table, in its order; empty where the statement names a partition, whose
   * order may be another.
   */
  static Optional<List<String>> allColumns(WriteStatement statement, CapturedTable table) {
    return statement.target().name().last().equals(table.table().name().name())
        ? Optional.of(table.table().columns().stream().map(Column::name).toList())
        : Optional.empty();
  }

  private boolean item(int from, int end) {
    if (isBareStar(run, from)) {
      return statement.from() < 0 && addAllColumns();
    }
    if (run.is(end - 2, "AS") && run.get(end - 1).isName() && end - 2 > from) {
      return labels.add(Name.folded(run, end - 1));
    }
    if (!run.get(from).isName()) {
      return false;
    }
    Name name = Name.read(run, from);
    if (name.next() == end) {
      // A single word may be a keyword with a value, and a qualified name a whole row: both are
      // told from columns by name.
      return isColumn(name) && labels.add(name.last());
    }
    return name.next() == end - 2
        && run.are(name.next(), ".", "*")
        && name.written().equals(statement.target().reference())
        && addAllColumns();
  }

  private boolean isColumn(Name name) {
    boolean ofTarget =
        name.parts() == 1 || name.written().startsWith(statement.target().reference() + ".");
    return ofTarget && table.table().column(name.last()).isPresent();
  }

  private boolean addAllColumns() {
    Optional<List<String>> all = allColumns(statement, table);
    all.ifPresent(labels::addAll);
    return all.isPresent();
  }
}
