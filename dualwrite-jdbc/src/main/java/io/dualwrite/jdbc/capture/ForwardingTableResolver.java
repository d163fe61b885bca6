package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.schema.CapturedTable;
import java.sql.SQLException;
import java.util.List;

/** Answers as another does, but for what a subclass answers itself. */
public abstract class ForwardingTableResolver implements TableResolver {
  private final TableResolver tables;

  protected ForwardingTableResolver(TableResolver tables) {
    this.tables = tables;
  }

  @Override
  public Relation resolve(String nameAsWritten) throws SQLException {
    return tables.resolve(nameAsWritten);
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
