package io.dualwrite.jdbc.wrap;

import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The connection as the migration sees it when the application commits in SQL: {@code commit()}
 * runs the application's own statement, so that its update count and warnings are the server's.
 */
final class CommitInSql<R> extends ForwardingConnection {
  private final JournaledExecution.Work<R> commit;
  private @Nullable R result;

  CommitInSql(Connection raw, JournaledExecution.Work<R> commit) {
    super(raw);
    this.commit = commit;
  }

  /** What the application's statement answered. */
  R result() {
    if (result == null) {
      throw new IllegalStateException("The migration committed without COMMIT");
    }
    return result;
  }

  @Override
  Array wrapped(Array array) {
    return array;
  }

  @Override
  public boolean getAutoCommit() {
    return false;
  }

  @Override
  public void commit() throws SQLException {
    result = commit.run();
  }

  @Override
  public void rollback() throws SQLException {
    if (delegate.getAutoCommit()) {
      try (Statement statement = delegate.createStatement()) {
        statement.execute("ROLLBACK");
      }
    } else {
      delegate.rollback();
    }
  }
}
