package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the application sees of repeated reads when there is no time, room or server for them. */
@WithDatabases
class ShadowFailureTest {
  private static final String ALL = "SELECT * FROM item";
  private final TestDatabases dbs;

  ShadowFailureTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)", "INSERT INTO item VALUES (1), (2)");
  }

  @ParameterizedTest
  @EnumSource(SecondaryFailureTest.Failure.class)
  @Guarantee("G6")
  void aTargetThatFailsIsCountedAndTheApplicationReadsOn(SecondaryFailureTest.Failure failure)
      throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        ShadowBed bed =
            new ShadowBed(
                ShadowBed.config(Duration.ofMillis(400)).build(),
                dbs.source(),
                dbs.targetThrough(proxy),
                b -> b)) {
      bed.awaitLane("public.item");
      bed.awaitMatch(ALL);
      double ended = bed.ended();
      double errors = bed.count("error");
      failure.happens.accept(proxy);
      try (Connection c = bed.ds.getConnection()) {
        long started = System.nanoTime();
        for (int i = 0; i < 20; i++) {
          assertThat(ShadowBed.read(c, ALL)).isEqualTo(2);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
      }
      Awaitility.await().untilAsserted(() -> assertThat(bed.ended()).isEqualTo(ended + 20));
      assertThat(bed.count("error")).isGreaterThan(errors);
      assertThat(bed.count("mismatch")).isZero();
      proxy.cut();
      proxy.forward();
    }
  }

  @Test
  @Guarantee("G6")
  void whatDoesNotFitIsDroppedAndNobodyWaits() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ShadowBed bed =
        new ShadowBed(
            dbs,
            dbs.source(),
            dbs.target(),
            b ->
                b.shadowComparator(
                    (query, one, other) -> {
                      goOn.await(2, TimeUnit.MINUTES);
                      return one.equals(other);
                    }))) {
      for (int i = 0; i < 150; i++) {
        assertThat(bed.read(ALL)).isEqualTo(2);
      }
      // Two at work and a hundred waiting; the rest went at once.
      assertThat(bed.count("dropped")).isEqualTo(48);
      goOn.countDown();
      bed.await("match", 102);
    }
  }

  @Test
  void aPoolWithoutAConnectionToSpareIsLeftToTheApplication() throws Exception {
    HikariConfig settings = new HikariConfig();
    settings.setDataSource(dbs.source());
    settings.setMaximumPoolSize(3);
    settings.setMinimumIdle(0);
    try (HikariDataSource pool = new HikariDataSource(settings);
        ShadowBed bed = new ShadowBed(dbs, pool, dbs.target(), b -> b);
        Connection first = bed.ds.getConnection()) {
      awaitMatch(bed, first);
      try (Connection second = bed.ds.getConnection()) {
        assertThat(bed.outcome(second, ALL, "dropped")).isTrue();
      }
      awaitMatch(bed, first);
    }
  }

  /** Delivery may have the connection to spare for a moment. */
  private static void awaitMatch(ShadowBed bed, Connection connection) {
    Awaitility.await().until(() -> bed.outcome(connection, ALL, "match"));
  }

  @Test
  void aQueryThatTakesTooLongIsGivenUp() throws Exception {
    dbs.executeOnBoth("INSERT INTO item SELECT generate_series(3, 3000)");
    try (ShadowBed bed =
        new ShadowBed(
            ShadowBed.config(Duration.ofMillis(300)).build(), dbs.source(), dbs.target(), b -> b)) {
      bed.awaitLane("public.item");
      assertThat(
              bed.read(
                  "SELECT count(*) FROM item a, item b WHERE (a.id * b.id + 7) % 1013 = 3 AND sqrt(a.id * b.id) > 2"))
          .isEqualTo(1);
      bed.await("error", 1);
      assertThat(bed.mismatches).isEmpty();
    }
  }

  @Test
  void aFailureOfThePrimaryIsTheApplicationsAlone() throws Exception {
    try (ShadowBed bed = new ShadowBed(dbs)) {
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> bed.read("SELECT 1 / (id - 1) FROM item"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("division by zero");
      bed.read(ALL);
      bed.await("match", 1);
      assertThat(bed.ended()).isEqualTo(1);
    }
  }
}
