package io.dualwrite.benchmarks.wrapper;

import com.p6spy.engine.common.ConnectionInformation;
import com.p6spy.engine.event.JdbcEventListener;
import com.p6spy.engine.wrapper.ConnectionWrapper;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.wrap.DualConnection;
import java.sql.Connection;
import java.sql.SQLException;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;

/** What stands between the application and the stub driver. */
public enum Wrapper {
  /** Nothing: what the others are compared with. */
  NONE("bare driver") {
    @Override
    Opened open(int rows) {
      return new Opened(StubDriver.connect(rows), () -> {});
    }
  },
  /** Plain forwarding of each call by hand; rows are read off the driver's own result set. */
  DELEGATE("hand-written delegate") {
    @Override
    Opened open(int rows) {
      return new Opened(DelegateConnection.around(StubDriver.connect(rows)), () -> {});
    }
  },
  /** A pool's connection. */
  HIKARICP("HikariCP") {
    @Override
    Opened open(int rows) throws SQLException {
      HikariConfig config = new HikariConfig();
      config.setDataSource(new StubDataSource(rows));
      config.setMaximumPoolSize(1);
      HikariDataSource pool = new HikariDataSource(config);
      return new Opened(pool.getConnection(), pool::close);
    }
  },
  /** Dynamic proxies. */
  REFLECTION_PROXY("reflection proxy") {
    @Override
    Opened open(int rows) {
      return new Opened(ReflectionProxy.around(StubDriver.connect(rows)), () -> {});
    }
  },
  /** Classes that tell listeners; there is none here. */
  P6SPY("p6spy, no listener") {
    @Override
    Opened open(int rows) {
      Connection stub = StubDriver.connect(rows);
      return new Opened(
          ConnectionWrapper.wrap(
              stub,
              new JdbcEventListener() {},
              ConnectionInformation.fromDataSource(new StubDataSource(rows), stub, 0)),
          () -> {});
    }
  },
  /** Dynamic proxies that tell listeners; there is none here. */
  DATASOURCE_PROXY("datasource-proxy, no listener") {
    @Override
    Opened open(int rows) throws SQLException {
      return new Opened(
          ProxyDataSourceBuilder.create(new StubDataSource(rows)).build().getConnection(),
          () -> {});
    }
  },
  /** Ours, as it is while nothing is mirrored. */
  DUALWRITE_PASS_THROUGH("dualwrite, kill switch engaged") {
    @Override
    Opened open(int rows) throws SQLException {
      return dualwrite(new KnownPlans(false), rows);
    }
  },
  /** Ours, journaling writes whose plans are known. */
  DUALWRITE("dualwrite, mirroring") {
    @Override
    Opened open(int rows) throws SQLException {
      return dualwrite(new KnownPlans(true), rows);
    }
  };

  private final String label;

  Wrapper(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  /** A connection whose queries find this many rows. */
  abstract Opened open(int rows) throws SQLException;

  static Opened dualwrite(KnownPlans plans, int rows) throws SQLException {
    Connection connection =
        DualConnection.wrap(StubDriver.connect(rows), plans, KnownPlans.names());
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
