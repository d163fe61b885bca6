package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.jdbc.capture.CapturePlan.PassThrough;
import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;
import io.dualwrite.jdbc.capture.TableResolver.Relation;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code TRUNCATE}: no {@code WITH} query can hold it, so that an insert into the journal goes
 * before.
 */
final class TruncateCapture {
  private TruncateCapture() {}

  static CapturePlan plan(TokenRun run, String journalTable, TableResolver tables)
      throws SQLException {
    boolean cascades = run.is(run.size() - 1, "CASCADE");
    Set<CapturedTable> emptied = new LinkedHashSet<>();
    for (Name name : names(run)) {
      Relation relation = tables.resolve(name.written());
      if (relation instanceof Relation.Uncapturable uncapturable) {
        return new Unmirrored(uncapturable.reason(), uncapturable.explanation());
      }
      if (relation instanceof Relation.Mirrored mirrored) {
        emptied.add(mirrored.table());
      }
      if (cascades && !(relation instanceof Relation.Unknown)) {
        emptied.addAll(tables.cascade(name.written()));
      }
    }
    if (emptied.isEmpty()) {
      return new PassThrough();
    }
    return new Captured(
        journalWhole(journalTable, emptied),
        run.text(),
        null,
        List.copyOf(emptied),
        null,
        Captured.Operation.TRUNCATE);
  }

  /** The insert that names these tables as a whole. */
  static String journalWhole(String journalTable, Collection<CapturedTable> tables) {
    String names =
        tables.stream()
            .map(table -> "(" + Identifiers.literal(table.journalName()) + ")")
            .collect(Collectors.joining(", "));
    String into = "INSERT INTO " + journalTable + " (table_name) ";
    return tables.stream().anyMatch(OwnNote::isFor)
        ? into
            + ("SELECT v.name FROM (VALUES " + names + ") AS v(name) WHERE ")
            + OwnNote.condition("v.name", 0, "NULL")
        : into + "VALUES " + names;
  }

  /** A statement that runs two, neither with parameters, and like them returns nothing. */
  static String block(String first, String second) {
    String quote = "$dw$";
    for (int n = 1; first.contains(quote) || second.contains(quote); n++) {
      quote = "$dw" + n + "$";
    }
    return "DO " + quote + "BEGIN " + first + "; " + second + "; END" + quote;
  }

  private static List<Name> names(TokenRun run) {
    List<Name> names = new ArrayList<>();
    int i = run.is(1, "TABLE") ? 2 : 1;
    while (true) {
      Target target = Target.relation(run, i);
      names.add(target.name());
      if (!run.is(target.next(), ",")) {
        return names;
      }
      i = target.next() + 1;
    }
  }
}
