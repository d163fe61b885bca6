package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** What cannot be journaled is not committed, whatever the application does next. */
@WithDatabases
class IndispensableTest {
  private final TestDatabases dbs;

  IndispensableTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  @Guarantee("G2")
  void aFailureOnThisSideFailsTheTransactionOnTheServer() throws Exception {
    dbs.execute(dbs.source(), "CREATE TABLE t (id int)");
    try (Connection raw = dbs.source().getConnection();
        Statement statement = raw.createStatement()) {
      raw.setAutoCommit(false);
      statement.execute("INSERT INTO t VALUES (1)");
      DriverState driver = new DriverState(raw);
      assertThatThrownBy(
              () ->
                  driver.indispensable(
                      () -> {
                        throw new IllegalStateException("no room for keys");
                      }))
          .hasMessage("no room for keys");
      assertThatThrownBy(() -> statement.execute("SELECT 1"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
      raw.rollback();
      raw.setAutoCommit(true);
    }
    assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM t")).isEqualTo("0");
  }
}
