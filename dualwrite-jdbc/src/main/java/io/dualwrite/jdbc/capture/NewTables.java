package io.dualwrite.jdbc.capture;

import java.sql.SQLException;

/** Notes whether a name was asked for that stands for nothing yet, and would be mirrored. */
final class NewTables extends ForwardingTableResolver {
  private boolean met;

  NewTables(TableResolver tables) {
    super(tables);
  }

  boolean met() {
    return met;
  }

  @Override
  public Relation resolve(String nameAsWritten) throws SQLException {
    Relation relation = super.resolve(nameAsWritten);
    met |= relation instanceof Relation.Unknown && wouldMirror(nameAsWritten);
    return relation;
  }
}
