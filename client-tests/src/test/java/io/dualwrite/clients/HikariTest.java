package io.dualwrite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** HikariCP under a {@code DualWriteDataSource}: what a pool does between two borrowers. */
class HikariTest extends ClientContract {

  /** Through the pool, writes would go unseen: whoever asks for it is counted. */
  @Override
  Set<String> expectedUnmirrored() {
    return Set.of("bypass-unwrap:HikariDataSource");
  }

  @Test
  void thePoolIsFoundThroughTheWrapper() throws SQLException {
    assertThat(dataSource().isWrapperFor(HikariDataSource.class)).isTrue();
    assertThat(dataSource().unwrap(HikariDataSource.class)).isSameAs(sourcePool());
    try (Connection connection = dataSource().getConnection()) {
      assertThat(connection.isWrapperFor(PGConnection.class)).isTrue();
      assertThat(connection.isValid(1)).isTrue();
    }
  }

  @Test
  void whatOneBorrowerLeavesBehindIsRolledBackAndReset() throws SQLException {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      statement.executeUpdate("INSERT INTO stock VALUES ('left behind', 1)");
    }
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      assertThat(connection.getAutoCommit()).isTrue();
      assertThat(connection.getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
      statement.executeUpdate("INSERT INTO stock VALUES ('kept', 1)");
    }
    assertThat(stored("SELECT string_agg(product, ',') FROM stock")).isEqualTo("kept");
  }

  @Test
  void aConnectionThatWasClosedTwiceIsGivenBackOnce() throws SQLException {
    Connection first = dataSource().getConnection();
    first.close();
    first.close();
    assertThat(first.isClosed()).isTrue();
    assertThatThrownBy(() -> first.prepareStatement("SELECT 1")).isInstanceOf(SQLException.class);
    try (Connection second = dataSource().getConnection()) {
      first.close();
      assertThat(second.isClosed()).isFalse();
    }
  }

  @Test
  void anEvictedPoolGoesOnWithNewSessions() throws SQLException {
    insert("before");
    sourcePool().getHikariPoolMXBean().softEvictConnections();
    insert("after");
    assertThat(stored("SELECT count(*) FROM stock")).isEqualTo("2");
  }

  @Test
  void manyThreadsShareFewConnections() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Callable<Void>> work = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String product = "p" + i % 20;
        work.add(() -> upsert(product));
      }
      for (Future<Void> done : threads.invokeAll(work)) {
        done.get();
      }
    } finally {
      threads.shutdown();
    }
    assertThat(stored("SELECT count(*) || ' ' || sum(quantity) FROM stock")).isEqualTo("20 200");
  }

  private void insert(String product) throws SQLException {
    try (Connection connection = dataSource().getConnection();
        PreparedStatement statement =
            connection.prepareStatement("INSERT INTO stock VALUES (?, 1)")) {
      statement.setString(1, product);
      assertThat(statement.executeUpdate()).isEqualTo(1);
    }
  }

  private Void upsert(String product) throws SQLException {
    try (Connection connection = dataSource().getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "INSERT INTO stock VALUES (?, 1)"
                    + " ON CONFLICT (product) DO UPDATE SET quantity = stock.quantity + 1")) {
      statement.setString(1, product);
      statement.executeUpdate();
      return null;
    }
  }
}
