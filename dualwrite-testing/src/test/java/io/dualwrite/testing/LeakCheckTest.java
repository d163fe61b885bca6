package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

@WithDatabases
class LeakCheckTest {

  private final LeakCheck leaks = new LeakCheck();
  private final DataSource watched;

  LeakCheckTest(TestDatabases dbs) {
    watched = leaks.watch(dbs.sourceServer().dataSource(dbs.database()));
  }

  @Test
  void nothingLeaksWhereEverythingIsClosed() throws Exception {
    try (Connection connection = watched.getConnection();
        Statement statement = connection.createStatement();
        PreparedStatement prepared = connection.prepareStatement("SELECT 1");
        CallableStatement call = connection.prepareCall("SELECT 1");
        ResultSet result = statement.executeQuery("SELECT 1");
        ResultSet tables = connection.getMetaData().getTables(null, null, "%", null)) {
      // Results end with their statement or its next execution.
      prepared.executeQuery();
      prepared.executeQuery();
      call.execute();
      assertThat(result.next()).isTrue();
      assertThat(tables.next()).isTrue();
    }
    assertThatCode(() -> leaks.assertNothingOpen(Duration.ZERO)).doesNotThrowAnyException();
  }

  @Test
  void connectionIsNamedWithThePlaceThatOpenedIt() throws Exception {
    Connection leaked = leakedHere();
    assertThatThrownBy(() -> leaks.assertNothingOpen(Duration.ZERO))
        .isInstanceOf(AssertionError.class)
        .hasMessage("left open: 1 connection; the first is a connection")
        .cause()
        .satisfies(
            cause ->
                assertThat(cause.getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("leakedHere")));
    leaks.abortAll();
    assertThat(leaked.isClosed()).isTrue();
    leaks.assertNothingOpen(Duration.ZERO);
  }

  @Test
  void statementLeaksThoughItsConnectionIsClosed() throws Exception {
    try (Connection connection = watched.getConnection()) {
      connection.createStatement();
      connection.prepareStatement("SELECT 1").executeQuery();
    }
    assertThatThrownBy(() -> leaks.assertNothingOpen(Duration.ZERO))
        .hasMessage("left open: 1 result set, 2 statements; the first is a statement");
  }

  @Test
  void resultOfMetadataLeaks() throws Exception {
    try (Connection connection = watched.getConnection()) {
      DatabaseMetaData metadata = connection.getMetaData();
      assertThat(metadata.getConnection()).isSameAs(connection);
      metadata.getTables(null, null, "%", null);
    }
    assertThatThrownBy(() -> leaks.assertNothingOpen(Duration.ZERO))
        .hasMessage("left open: 1 result set; the first is a result set");
  }

  @Test
  void manyClosedOnesAreForgottenAndOpenOnesAreNot() throws Exception {
    try (Connection connection = watched.getConnection()) {
      connection.createStatement();
      for (int i = 0; i < 3_000; i++) {
        connection.createStatement().close();
      }
    }
    assertThatThrownBy(() -> leaks.assertNothingOpen(Duration.ZERO))
        .hasMessageContaining("1 statement;");
  }

  @Test
  void watchedObjectsBehaveLikeTheDrivers() throws Exception {
    try (Connection connection = watched.getConnection();
        Statement statement = connection.createStatement()) {
      assertThat(statement.getConnection()).isSameAs(connection);
      assertThat(connection.isWrapperFor(PGConnection.class)).isTrue();
      assertThat(connection.unwrap(PGConnection.class).getBackendPID()).isPositive();
      assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
      assertThat(Set.of(connection)).contains(connection);
      assertThatThrownBy(() -> statement.execute("nonsense"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42601"));
    }
  }

  private Connection leakedHere() throws SQLException {
    return watched.getConnection();
  }
}
