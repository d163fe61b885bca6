package io.dualwrite.jdbc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What dualwrite borrows for itself is bounded, and given back as it came. */
@WithDatabases
class OwnConnectionsTest {
  private final TestDatabases dbs;

  OwnConnectionsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void aServerThatSaysNothingIsGivenUp() throws SQLException {
    try (HikariDataSource pool = new HikariDataSource()) {
      pool.setDataSource(dbs.source());
      pool.setMaximumPoolSize(1);
      pool.setAutoCommit(false);
      try (Connection own = new OwnConnections(pool).getConnection()) {
        assertThat(own.getNetworkTimeout()).isPositive().isLessThanOrEqualTo(60_000);
        assertThat(own.getAutoCommit()).isTrue();
      }
      try (Connection application = pool.getConnection()) {
        assertThat(application.getNetworkTimeout()).isZero();
        assertThat(application.getAutoCommit()).isFalse();
      }
    }
  }

  @Test
  void theLimitOfThePoolGoesFirst() throws SQLException {
    PGSimpleDataSource limited = new PGSimpleDataSource();
    limited.setUrl(dbs.sourceUrl());
    limited.setSocketTimeout(7);
    try (Connection own = new OwnConnections(limited).getConnection()) {
      assertThat(own.getNetworkTimeout()).isEqualTo(7_000);
    }
  }
}
