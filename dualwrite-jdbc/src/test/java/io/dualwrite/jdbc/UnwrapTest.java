package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;
import org.postgresql.core.BaseConnection;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.jdbc.PgDatabaseMetaData;
import org.postgresql.jdbc.PgResultSet;
import org.postgresql.jdbc.PgStatement;

/** What is unwrapped still mirrors, or is counted. */
@WithDatabases
@Guarantee("G8")
class UnwrapTest {
  private final TestDatabases dbs;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private HikariDataSource pool;
  private DualWriteDataSource ds;

  UnwrapTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void open() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, name text)");
    HikariConfig config = new HikariConfig();
    config.setDataSource(dbs.source());
    config.setMaximumPoolSize(4);
    config.setMinimumIdle(1);
    pool = new HikariDataSource(config);
    ds =
        DualWriteDataSource.builder()
            .config(MigrationConfig.builder("test").build())
            .source(pool)
            .target(dbs.target())
            .meterRegistry(registry)
            .build();
  }

  @AfterEach
  void close() throws SQLException {
    ds.close();
    pool.close();
  }

  private List<String> bypasses() {
    return registry.find("dualwrite.unmirrored").counters().stream()
        .filter(counter -> counter.count() > 0)
        .map(counter -> counter.getId().getTag("reason"))
        .sorted()
        .toList();
  }

  @Test
  void whatTheDriverRunsForACallerIsCountedIfItMayWrite() throws Exception {
    try (Connection c = ds.getConnection()) {
      BaseConnection base = c.unwrap(BaseConnection.class);
      base.execSQLQuery("SELECT 1").getStatement().close();
      assertThat(bypasses()).isEmpty();
      base.execSQLQuery("INSERT INTO item VALUES (1, 'past') RETURNING id").getStatement().close();
      assertThat(bypasses()).containsExactly("bypass-exec-sql");
    }
  }

  @Test
  void theInterfacesOfTheDriverAreTheWrappers() throws Exception {
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement();
        PreparedStatement p = c.prepareStatement("INSERT INTO item VALUES (?, 'prepared')")) {
      PGConnection postgres = c.unwrap(PGConnection.class);
      assertThat(postgres).isSameAs(c);
      assertThat(postgres.getBackendPID()).isPositive();
      PGStatement statement = p.unwrap(PGStatement.class);
      assertThat(statement).isSameAs(p);
      statement.setPrepareThreshold(1);
      assertThat(statement.getPrepareThreshold()).isEqualTo(1);
      p.setInt(1, 1);
      p.executeUpdate();
      try (ResultSet rows = s.executeQuery("SELECT 1");
          Statement again = rows.getStatement().getConnection().createStatement()) {
        again.executeUpdate("INSERT INTO item VALUES (2, 'led back')");
      }
      ((Statement) s.unwrap(PGStatement.class))
          .executeUpdate("INSERT INTO item VALUES (3, 'cast')");
      assertThat(c.isWrapperFor(PGConnection.class)).isTrue();
      assertThat(s.isWrapperFor(PGStatement.class)).isTrue();
    }
    assertThat(bypasses()).isEmpty();
    dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
    assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo("3");
  }

  @Test
  void thePoolIsFoundAndCounted() throws Exception {
    assertThat(ds.isWrapperFor(HikariDataSource.class)).isTrue();
    assertThat(bypasses()).isEmpty();
    assertThat(ds.unwrap(DualWriteDataSource.class)).isSameAs(ds);
    assertThat(bypasses()).isEmpty();
    assertThat(ds.unwrap(HikariDataSource.class)).isSameAs(pool);
    assertThat(bypasses()).containsExactly("bypass-unwrap:HikariDataSource");
  }

  @Test
  void bareObjectsAreCounted() throws Exception {
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement();
        ResultSet rows = s.executeQuery("SELECT 1")) {
      DatabaseMetaData metadata = c.getMetaData();
      assertThat(c.isWrapperFor(PgConnection.class)).isTrue();
      assertThat(bypasses()).isEmpty();
      assertThat(c.unwrap(PgConnection.class)).isNotNull();
      assertThat(s.unwrap(PgStatement.class)).isNotNull();
      assertThat(rows.unwrap(PgResultSet.class)).isNotNull();
      assertThat(metadata.unwrap(PgDatabaseMetaData.class)).isNotNull();
    }
    assertThat(bypasses())
        .containsExactly(
            "bypass-unwrap:PgConnection",
            "bypass-unwrap:PgDatabaseMetaData",
            "bypass-unwrap:PgResultSet",
            "bypass-unwrap:PgStatement");
  }
}
