package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.delivery.DeliveryProbe.Point;
import io.dualwrite.testing.ChildJvm;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The application's process ends at each point of the protocol; nothing that it was told is
 * committed is lost.
 */
@WithDatabases
class CrashTest {
  private final TestDatabases dbs;

  CrashTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  static Stream<Arguments> crashes() {
    return Stream.concat(
        Stream.of(Point.values())
            .filter(p -> !p.name().startsWith("STRICT_"))
            .map(
                p -> Arguments.of(p, p == Point.PRIMARY_COMMITTED ? 30 : 5, FailurePolicy.RECOVER)),
        Stream.of(
                Point.STRICT_WRITTEN,
                Point.STRICT_PREPARED,
                Point.PRIMARY_COMMITTED,
                Point.STRICT_COMMITTED)
            .map(p -> Arguments.of(p, 10, FailurePolicy.STRICT)));
  }

  @ParameterizedTest
  @MethodSource("crashes")
  @Guarantee({"G1", "G2", "G5"})
  void nothingThatWasAcknowledgedIsLost(Point point, int times, FailurePolicy policy)
      throws Exception {
    dbs.executeOnBoth("CREATE TABLE account (id int PRIMARY KEY, n int NOT NULL)");
    int acknowledged;
    try (ChildJvm app =
        ChildJvm.of(CrashingApp.class)
            .arguments(
                dbs.sourceUrl(),
                dbs.targetUrl(),
                point.name(),
                String.valueOf(times),
                policy.name())
            .start()) {
      assertThat(app.await(Duration.ofSeconds(60)))
          .as("halted at %s: %s", point, app.output())
          .isEqualTo(9);
      List<String> lines = app.output().stream().filter(l -> l.startsWith("committed ")).toList();
      acknowledged = lines.size();
    }
    assertThat(prepared())
        .as("left prepared at %s", point)
        .isEqualTo(
            policy == FailurePolicy.STRICT
                    && (point == Point.STRICT_PREPARED || point == Point.PRIMARY_COMMITTED)
                ? "1"
                : "0");
    assertThat(
            Integer.parseInt(
                dbs.queryValue(dbs.source(), "SELECT coalesce(max(id), 0) FROM account")))
        .isBetween(acknowledged, acknowledged + 1);
    try (DualWriteDataSource next =
        DualWriteDataSource.builder()
            .config(MigrationConfig.builder("test").build())
            .source(dbs.source())
            .target(dbs.target())
            .build()) {
      dbs.awaitSameRows("SELECT * FROM account ORDER BY id");
      Awaitility.await()
          .until(
              () ->
                  "0"
                      .equals(
                          dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal")));
      Awaitility.await().until(() -> "0".equals(prepared()));
    }
  }

  private @org.jspecify.annotations.Nullable String prepared() throws SQLException {
    return dbs.queryValue(
        dbs.target(), "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()");
  }
}
