package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.capture.TableResolver;
import io.dualwrite.jdbc.schema.CapturedTable;
import java.sql.SQLException;
import java.util.List;

/**
 * Notes whether a plan depends on what names mean, and on names that mean nothing yet. Lives for
 * one plan.
 */
final class Observed implements TableResolver {
  private final TableResolver resolver;
  boolean asked;
  boolean unknown;
  boolean isNew;

  Observed(TableResolver resolver) {
    this.resolver = resolver;
  }

  @Override
  public Relation resolve(String nameAsWritten) throws SQLException {
    asked = true;
    Relation relation = resolver.resolve(nameAsWritten);
    unknown |= relation instanceof Relation.Unknown;
    isNew |= UncommittedTables.isNew(relation);
    return relation;
  }

  @Override
  public boolean wouldMirror(String nameAsWritten) throws SQLException {
    asked = true;
    return resolver.wouldMirror(nameAsWritten);
  }

  @Override
  public boolean mayWrite(String functionNameAsWritten) throws SQLException {
    asked = true;
    return resolver.mayWrite(functionNameAsWritten);
  }

  @Override
  public boolean mayWriteAsAttribute(String name) throws SQLException {
    asked = true;
    return resolver.mayWriteAsAttribute(name);
  }

  @Override
  public boolean mayChangeNames(String functionNameAsWritten) throws SQLException {
    asked = true;
    return resolver.mayChangeNames(functionNameAsWritten);
  }

  @Override
  public List<CapturedTable> cascade(String nameAsWritten) throws SQLException {
    asked = true;
    return resolver.cascade(nameAsWritten);
  }
}
