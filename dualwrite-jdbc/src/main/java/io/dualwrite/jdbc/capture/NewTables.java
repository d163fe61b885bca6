package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.schema.CapturedTable;
import java.sql.SQLException;
import java.util.List;

/** Notes whether a name was asked for that stands for nothing yet, and would be mirrored. */
final class NewTables implements TableResolver {
  private final TableResolver tables;
  private boolean met;

  NewTables(TableResolver tables) {
    this.tables = tables;
  }

  boolean met() {
    return met;
  }

  @Override
  public Relation resolve(String nameAsWritten) throws SQLException {
    Relation relation = tables.resolve(nameAsWritten);
    met |= relation instanceof Relation.Unknown && tables.wouldMirror(nameAsWritten);
    return relation;
  }

  @Override
  public boolean wouldMirror(String nameAsWritten) throws SQLException {
    return tables.wouldMirror(nameAsWritten);
  }

  @Override
  public boolean mayWrite(String functionNameAsWritten) throws SQLException {
    return tables.mayWrite(functionNameAsWritten);
  }

  @Override
  public boolean mayWriteAsAttribute(String name) throws SQLException {
    return tables.mayWriteAsAttribute(name);
  }

  @Override
  public boolean mayChangeNames(String functionNameAsWritten) throws SQLException {
    return tables.mayChangeNames(functionNameAsWritten);
  }

  @Override
  public List<CapturedTable> cascade(String nameAsWritten) throws SQLException {
    return tables.cascade(nameAsWritten);
  }
}
