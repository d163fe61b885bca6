package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.SchemaChange;
import io.dualwrite.jdbc.capture.TableResolver.Relation;
import java.sql.SQLException;

/** {@code CREATE}, {@code ALTER} and {@code DROP}. */
final class SchemaStatements {
  private SchemaStatements() {}

  static SchemaChange create(TokenRun run) {
    boolean temporary = false;
    for (int i = 1; i < 9; i++) {
      temporary |= run.isAny(i, "PG_TEMP") || (i < 5 && run.isAny(i, "TEMP", "TEMPORARY"));
    }
    return new SchemaChange(temporary, false);
  }

  /** The index of the query of {@code CREATE TABLE … AS}; -1 if it is none. */
  static int query(TokenRun run) {
    int table =
        run.find(
            1, Math.min(5, run.size()), "TABLE", "VIEW", "FUNCTION", "PROCEDURE", "SCHEMA", "RULE");
    if (!run.is(table, "TABLE") && !(run.is(table, "VIEW") && run.is(table - 1, "MATERIALIZED"))) {
      return -1;
    }
    int as = run.find(table, run.size(), "AS");
    return run.isAny(as + 1, "SELECT", "WITH", "VALUES", "TABLE", "(", "EXECUTE") ? as + 1 : -1;
  }

  static SchemaChange alter(TokenRun run, TableResolver tables) throws SQLException {
    if (run.is(1, "SCHEMA")) {
      return new SchemaChange(false, true);
    }
    int name = run.are(2, "IF", "EXISTS") ? 4 : 2;
    boolean ofTable = run.is(1, "TABLE") && !run.are(2, "ALL", "IN", "TABLESPACE");
    return new SchemaChange(
        false, ofTable && isMirrored(Target.relation(run, name).name(), tables));
  }

  static SchemaChange drop(TokenRun run, TableResolver tables) throws SQLException {
    boolean cascades = run.is(run.size() - 1, "CASCADE");
    boolean touches =
        switch (run.get(1).word()) {
          case "TABLE" -> anyMirrored(run, run.are(2, "IF", "EXISTS") ? 4 : 2, tables);
          case "SCHEMA", "TYPE", "DOMAIN", "EXTENSION" -> cascades;
          case "OWNED" -> true;
          default -> false;
        };
    return new SchemaChange(false, touches);
  }

  private static boolean anyMirrored(TokenRun run, int from, TableResolver tables)
      throws SQLException {
    boolean any = false;
    for (int i = from; i < run.size(); i = run.comma(i, run.size()) + 1) {
      any |= isMirrored(Name.read(run, i), tables);
    }
    return any;
  }

  private static boolean isMirrored(Name name, TableResolver tables) throws SQLException {
    return tables.resolve(name.written()) instanceof Relation.Mirrored;
  }
}
