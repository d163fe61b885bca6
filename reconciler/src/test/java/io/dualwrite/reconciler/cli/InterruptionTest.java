package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.testing.ChildJvm;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ctrl-C, sent to a process of its own. */
@WithDatabases
@DisabledOnOs(OS.WINDOWS)
class InterruptionTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String AT_WORK =
      "select count(*) from pg_stat_activity where datname = current_database()"
          + " and application_name = 'dualwrite reconciler' and state <> 'idle'";

  private final TestDatabases dbs;

  InterruptionTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private ChildJvm child(String command) {
    return ChildJvm.of(Main.class)
        .arguments(command, "--source", dbs.sourceUrl(), "--target", dbs.targetUrl())
        .start();
  }

  /** A shell that starts jobs in the background has them ignore it, and their children too. */
  private static void interrupt(ChildJvm child) throws Exception {
    Path status = Path.of("/proc", Long.toString(child.pid()), "status");
    if (Files.exists(status)) {
      boolean ignored =
          Files.readAllLines(status).stream()
              .filter(l -> l.startsWith("SigIgn:"))
              .anyMatch(l -> (Long.parseUnsignedLong(l.substring(7).strip(), 16) & 2) != 0);
      assumeThat(ignored).as("SIGINT is ignored here").isFalse();
    }
    Process kill = new ProcessBuilder("kill", "-INT", Long.toString(child.pid())).start();
    assertThat(kill.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(kill.exitValue()).isZero();
  }

  private String atWork() throws Exception {
    return dbs.queryValue(dbs.target(), AT_WORK);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compare", "repair"})
  void endsWithItsExitCodeAndLeavesNothingRunning(String command) throws Exception {
    dbs.executeOnBoth("create table flights (id int primary key)");
    try (Connection locked = dbs.target().getConnection();
        Statement statement = locked.createStatement()) {
      locked.setAutoCommit(false);
      statement.execute("lock table flights");
      try (ChildJvm child = child(command)) {
        await().atMost(PATIENCE).until(this::atWork, "1"::equals);

        interrupt(child);

        assertThat(child.await(PATIENCE)).isEqualTo(ExitCodes.INTERRUPTED);
        assertThat(child.output())
            .containsExactly(
                "",
                command.equals("compare")
                    ? "Interrupted. The same command with --resume goes on from what was kept."
                    : "Interrupted. What was repaired before is kept; the same command with --resume goes on from there.");
      }
      await().until(this::atWork, "0"::equals);
      locked.rollback();
    }
  }

  @Test
  void aWatchEndsInOrderWhenItIsTold() throws Exception {
    dbs.executeOnBoth("create table flights (id int primary key)");
    try (ChildJvm child =
        ChildJvm.of(Main.class)
            .arguments(
                "watch",
                "--every",
                "200ms",
                "--listen",
                "127.0.0.1:0",
                "--source",
                dbs.sourceUrl(),
                "--target",
                dbs.targetUrl())
            .start()) {
      await()
          .atMost(PATIENCE)
          .until(() -> child.output().stream().anyMatch(l -> l.contains(" In sync up to ")));

      Process kill = new ProcessBuilder("kill", "-TERM", Long.toString(child.pid())).start();
      assertThat(kill.waitFor(60, TimeUnit.SECONDS)).isTrue();

      assertThat(child.await(PATIENCE)).isEqualTo(128 + 15);
      assertThat(child.output()).last().isEqualTo("Interrupted.");
    }
    await().until(this::atWork, "0"::equals);
  }

  @Test
  void comesTooLateForACommandThatIsDone() throws Exception {
    dbs.executeOnBoth("create table flights (id int primary key)");

    try (ChildJvm child = child("compare")) {
      assertThat(child.await(PATIENCE)).isZero();
      assertThat(child.output()).last().asString().startsWith("In sync: 1 window");
    }
  }
}
