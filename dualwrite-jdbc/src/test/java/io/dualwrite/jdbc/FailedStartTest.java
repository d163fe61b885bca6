package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.KillSwitch;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What is left of a migration whose start fails late. */
@WithDatabases
class FailedStartTest {
  private final TestDatabases dbs;

  FailedStartTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void nothingGoesOn() throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    KillSwitch broken =
        () -> {
          throw new NoClassDefFoundError("a flag's provider");
        };
    assertThatThrownBy(
            () ->
                DualWriteDataSource.builder()
                    .config(MigrationConfig.builder("failing").build())
                    .source(dbs.source())
                    .target(dbs.target())
                    .killSwitch(broken)
                    .build())
        .isInstanceOf(NoClassDefFoundError.class);
    Awaitility.await().untilAsserted(() -> assertThat(threadsBeside(before)).isEmpty());
    assertThat(
            dbs.queryValue(
                dbs.source(), "SELECT bool_and(stopped_at IS NOT NULL) FROM dualwrite.instances"))
        .isEqualTo("t");
  }

  private static List<String> threadsBeside(Set<Thread> before) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !before.contains(thread))
        .map(Thread::getName)
        .filter(name -> name.startsWith("dualwrite") && name.endsWith("-failing"))
        .toList();
  }
}
