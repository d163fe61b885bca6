package io.dualwrite.jdbc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabases
class GapLogTest {
  private static final String ENDED =
      "SELECT reason, until IS NOT NULL FROM dualwrite.gaps ORDER BY id";

  private final TestDatabases dbs;
  private final ExecutorService executor = Executors.newCachedThreadPool();

  GapLogTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  /** The primary, by whichever way is there now. */
  private static final class Ways extends ForwardingDataSource {
    private volatile DataSource way;

    Ways(DataSource way) {
      super(way);
      this.way = way;
    }

    @Override
    public Connection getConnection() throws SQLException {
      return way.getConnection();
    }
  }

  @BeforeEach
  void create() throws SQLException {
    try (Connection source = dbs.source().getConnection()) {
      ControlSchema.create(source, "dualwrite", "source");
    }
  }

  @AfterEach
  void end() {
    executor.shutdownNow();
  }

  @Test
  @Guarantee("G2")
  void anEndThatArrivesLateEndsNoGapThatHasBegunSince() throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.sourceServer());
        Connection slow = dbs.sourceThrough(proxy).getConnection()) {
      Ways ways = new Ways(dbs.source());
      GapLog log =
          new GapLog(ways, new Gaps("dualwrite"), "test", "me", executor, Duration.ofSeconds(3));
      log.open("first", Duration.ZERO);
      ways.way =
          new ForwardingDataSource(dbs.source()) {
            @Override
            public Connection getConnection() {
              return slow;
            }
          };
      proxy.blackHole();
      assertThatThrownBy(log::close).isInstanceOf(TimeoutException.class);
      ways.way = dbs.source();
      log.open("second", Duration.ZERO);
      proxy.forward();
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(dbs.query(dbs.source(), ENDED))
                      .containsExactly(List.of("first", "t"), List.of("second", "f")));
      log.close();
      assertThat(dbs.query(dbs.source(), ENDED))
          .containsExactly(List.of("first", "t"), List.of("second", "t"));
      Awaitility.await().until(() -> !log.isLeft());
    }
  }
}
