package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

@WithDatabases
class StackTraceTest {
  private final TestDatabases dbs;

  StackTraceTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void itTellsWhereAndNoRow() throws SQLException {
    dbs.execute(
        dbs.source(), "create table t (id int primary key check (id < 7), secret text unique)");
    dbs.execute(dbs.source(), "insert into t values (1, 'hush')");
    for (String sql :
        new String[] {
          "insert into t values (2, 'hush')",
          "insert into t values (9, 'hush again')",
          "insert into t values ('hush', 'x')"
        }) {
      SQLException failure =
          catchThrowableOfType(SQLException.class, () -> dbs.execute(dbs.source(), sql));
      assertThat(failure.getMessage()).contains("hush");
      IllegalStateException outer = new IllegalStateException(failure);
      outer.addSuppressed(failure);
      StringWriter text = new StringWriter();

      StackTrace.print(outer, new PrintWriter(text, true));

      assertThat(text.toString())
          .contains(failure.getSQLState(), "IllegalStateException: ", "PSQLException: ", "\tat ")
          .doesNotContain("hush");
    }
  }
}
