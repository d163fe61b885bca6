package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.SchemaChange;
import io.dualwrite.jdbc.capture.TableResolver.Relation;
import java.sql.SQLException;

/** {@code CREATE}, {@code ALTER} and {@code DROP}. */
final class SchemaStatements {
  private SchemaStatements() {}

  static SchemaChange create(TokenRun run, TableResolver tables) throws SQLException {
    boolean temporary = false;
    for (int i = 1; i < 9; i++) {
      temporary |= run.isAny(i, "PG_TEMP") || (i < 5 && run.isAny(i, "TEMP", "TEMPORARY"));
    }
    return new SchemaChange(temporary, false, createsOfSession(run, tables));
  }

  /** Whether a temporary relation is created, or an index of one. */
  private static boolean createsOfSession(TokenRun run, TableResolver tables) throws SQLException {
    int kind = run.are(1, "OR", "REPLACE") ? 3 : 1;
    if (run.isAny(kind, "LOCAL", "GLOBAL")) {
      kind++;
    }
    if (run.isAny(kind, "TEMP", "TEMPORARY")) {
      return run.isAny(kind + 1, "TABLE", "VIEW", "SEQUENCE", "RECURSIVE");
    }
    if (run.is(kind, "TABLE")) {
      int name = run.are(kind + 1, "IF", "NOT", "EXISTS") ? kind + 4 : kind + 1;
      return run.is(name, "PG_TEMP") && run.is(name + 1, ".");
    }
    if (run.is(1, "INDEX") || run.are(1, "UNIQUE", "INDEX")) {
      int on = run.find(2, Math.min(12, run.size()), "ON");
      return on > 0 && isTemporary(Target.relation(run, on + 1).name(), tables);
    }
    return false;
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

  /** The index of the name that follows {@code TABLE}; -1 for a materialized view. */
  static int filledTable(TokenRun run) {
    int table = run.find(1, Math.min(5, run.size()), "TABLE", "VIEW");
    if (!run.is(table, "TABLE")) {
      return -1;
    }
    return run.are(table + 1, "IF", "NOT", "EXISTS") ? table + 4 : table + 1;
  }

  static SchemaChange alter(TokenRun run, TableResolver tables) throws SQLException {
    if (run.is(1, "SCHEMA")) {
      return new SchemaChange(false, true, false);
    }
    int name = run.are(2, "IF", "EXISTS") ? 4 : 2;
    boolean ofTable = run.is(1, "TABLE") && !run.are(2, "ALL", "IN", "TABLESPACE");
    if (!ofTable) {
      return new SchemaChange(false, false, false);
    }
    Relation table = tables.resolve(Target.relation(run, name).name().written());
    return new SchemaChange(
        false, table instanceof Relation.Mirrored, table instanceof Relation.Temporary);
  }

  static SchemaChange drop(TokenRun run, TableResolver tables) throws SQLException {
    if (run.is(1, "TABLE")) {
      return dropTables(run, run.are(2, "IF", "EXISTS"), tables);
    }
    boolean cascades = run.is(run.size() - 1, "CASCADE");
    boolean touches =
        switch (run.get(1).word()) {
          case "SCHEMA", "TYPE", "DOMAIN", "EXTENSION" -> cascades;
          case "OWNED" -> true;
          default -> false;
        };
    return new SchemaChange(false, touches, false);
  }

  private static SchemaChange dropTables(TokenRun run, boolean ifExists, TableResolver tables)
      throws SQLException {
    boolean mirrored = false;
    boolean ofSession = true;
    for (int i = ifExists ? 4 : 2; i < run.size(); i = run.comma(i, run.size()) + 1) {
      Relation table = tables.resolve(Name.read(run, i).written());
      mirrored |= table instanceof Relation.Mirrored;
      ofSession &=
          table instanceof Relation.Temporary || (ifExists && table instanceof Relation.Unknown);
    }
    return new SchemaChange(false, mirrored, ofSession);
  }

  private static boolean isTemporary(Name name, TableResolver tables) throws SQLException {
    return tables.resolve(name.written()) instanceof Relation.Temporary;
  }
}
