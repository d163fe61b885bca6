package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.UnmirroredPolicy;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** Transactions that are prepared in SQL and committed later, by any connection. */
@WithDatabases
class TwoPhaseTest {

  private static DualWriteDataSource open(TestDatabases dbs, MigrationConfig.Builder config)
      throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, name text)");
    return DualWriteDataSource.builder()
        .config(config.unmirrored(UnmirroredPolicy.FAIL).build())
        .source(dbs.source())
        .target(dbs.target())
        .build();
  }

  @Test
  @Guarantee({"G1", "G3"})
  void rowsFollowWhenTheTransactionIsCommitted(TestDatabases dbs) throws Exception {
    try (DualWriteDataSource ds = open(dbs, MigrationConfig.builder("test"));
        Connection one = ds.getConnection();
        Connection other = ds.getConnection();
        Statement first = one.createStatement();
        Statement second = other.createStatement()) {
      first.execute("BEGIN");
      first.executeUpdate("INSERT INTO item VALUES (1, 'prepared')");
      first.execute("PREPARE TRANSACTION 'a'");
      first.execute("BEGIN; INSERT INTO item VALUES (2, 'never'); PREPARE TRANSACTION 'b'");
      second.executeUpdate("INSERT INTO item VALUES (3, 'now')");
      dbs.awaitSameRows("SELECT * FROM item");
      second.execute("COMMIT PREPARED 'a'");
      second.execute("ROLLBACK PREPARED 'b'");
      dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
      assertThat(
              dbs.queryValue(
                  dbs.target(), "SELECT string_agg(id::text, ' ' ORDER BY id) FROM item"))
          .isEqualTo("1 3");
    }
  }

  @Test
  @Guarantee("G8")
  void underStrictItIsRefused(TestDatabases dbs) throws Exception {
    MigrationConfig.Builder config =
        MigrationConfig.builder("test").failurePolicy(FailurePolicy.STRICT);
    try (DualWriteDataSource ds = open(dbs, config);
        Connection connection = ds.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN");
      statement.executeUpdate("INSERT INTO item VALUES (1, 'x')");
      assertThatThrownBy(() -> statement.execute("PREPARE TRANSACTION 'a'"))
          .isInstanceOf(SQLFeatureNotSupportedException.class);
      statement.execute("ROLLBACK");
    }
  }
}
