package io.dualwrite.benchmarks.wrapper;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.wrap.DualConnection;
import java.sql.Connection;
import java.sql.SQLException;

/** What stands between the application and the stub driver. */
public enum Wrapper {
  /** Nothing: what the others are compared with. */
  NONE("bare driver") {
    @Override
    Opened open() {
      return new Opened(StubDriver.connect(), () -> {});
    }
  },
  /** A pool's connection. */
  HIKARICP("HikariCP") {
    @Override
    Opened open() throws SQLException {
      HikariConfig config = new HikariConfig();
      config.setDataSource(new StubDataSource());
      config.setMaximumPoolSize(1);
      HikariDataSource pool = new HikariDataSource(config);
      return new Opened(pool.getConnection(), pool::close);
    }
  },
  /** Dynamic proxies. */
  REFLECTION_PROXY("reflection proxy") {
    @Override
    Opened open() {
      return new Opened(ReflectionProxy.around(StubDriver.connect()), () -> {});
    }
  },
  /** Ours, as it is while nothing is mirrored. */
  DUALWRITE_PASS_THROUGH("dualwrite, kill switch engaged") {
    @Override
    Opened open() throws SQLException {
      return dualwrite(false);
    }
  },
  /** Ours, journaling writes whose plans are known. */
  DUALWRITE("dualwrite, mirroring") {
    @Override
    Opened open() throws SQLException {
      return dualwrite(true);
    }
  };

  private final String label;

  Wrapper(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  abstract Opened open() throws SQLException;

  private static Opened dualwrite(boolean active) throws SQLException {
    Connection connection =
        DualConnection.wrap(StubDriver.connect(), new KnownPlans(active), KnownPlans.names());
    return new Opened(connection, () -> {});
  }

  /** A wrapped connection and what is to be closed after it. */
  record Opened(Connection connection, Runnable owner) implements AutoCloseable {
    @Override
    public void close() throws SQLException {
      connection.close();
      owner.run();
    }
  }
}
