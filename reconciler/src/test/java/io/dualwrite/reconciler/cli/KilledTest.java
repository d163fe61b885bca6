package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.testing.ChildJvm;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A reconciler killed with SIGKILL again and again at random moments: what it ends with is what one
 * ends with that was never killed, and no window that it had finished is read again.
 */
@WithDatabases
@Guarantee("G10")
class KilledTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int KILLS = Integer.getInteger("dualwrite.test.kills", 5);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int TABLES = 12;

  private final long seed = Long.getLong("dualwrite.test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final TestDatabases dbs;

  KilledTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    for (int t = 0; t < TABLES; t++) {
      String name = "t" + (char) ('a' + t);
      dbs.executeOnBoth(
          "create table " + name + " (id int, at timestamptz, v text, primary key (id, at))",
          "insert into "
              + name
              + " select i, timestamptz '2001-01-01Z' + i * interval '1 min', md5(i::text) from generate_series(0, 2999) i");
    }
    damage();
    assertThat(run("init").code()).isZero();
  }

  private void damage() throws SQLException {
    for (int t = 0; t < TABLES; t += 2) {
      String name = "t" + (char) ('a' + t);
      dbs.execute(
          dbs.target(),
          "delete from " + name + " where id % 500 = " + t,
          "update " + name + " set v = 'damaged' where id % 700 = " + t,
          "insert into " + name + " values (-1, '2001-01-02 00:00:30Z', 'extra')");
    }
  }

  private Ran run(String command, String... more) {
    return Ran.of(arguments(command, more));
  }

  private String[] arguments(String command, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of(command, "--source", dbs.sourceUrl(), "--target", dbs.targetUrl()));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  /** Slow enough to be killed in the middle: some three seconds. */
  private ChildJvm child(String command, boolean resume, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                arguments(
                    command,
                    "--format",
                    "json",
                    "--wait",
                    "0s",
                    "--max-rows-per-second",
                    "12000")));
    arguments.addAll(List.of(more));
    if (resume) {
      arguments.add("--resume");
    }
    return ChildJvm.of(Main.class).arguments(arguments.toArray(String[]::new)).start();
  }

  /** When each finished window of the run under way was kept. */
  private Map<String, String> finished() throws SQLException {
    Map<String, String> finished = new HashMap<>();
    String sql =
        "select t.step || ' ' || t.table_name || ' ' || w.number, w.at from dualwrite.run_windows w"
            + " join dualwrite.run_tables t on t.id = w.table_id join dualwrite.runs r using (run)"
            + " where r.ended_at is null and w.result in ('EQUAL', 'DIFFERS', 'DONE')";
    try (Connection target = dbs.target().getConnection();
        Statement statement = target.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        finished.put(rows.getString(1), rows.getString(2));
      }
    }
    return finished;
  }

  private long unfinishedRuns() throws SQLException {
    return Long.parseLong(
        dbs.queryValue(dbs.target(), "select count(*) from dualwrite.runs where ended_at is null"));
  }

  private interface Round {
    /** What one that ended by itself has printed. */
    void ended(JsonNode result) throws Exception;

    /** A new one is begun; the one before has ended. */
    void begins() throws Exception;
  }

  /** Kills and resumes until so many moments have been tried and the last run has ended. */
  private void killed(int windows, Round round, String command, String... more) throws Exception {
    Map<String, String> before = Map.of();
    int moments = 0;
    int ended = 0;
    boolean resume = false;
    while (moments < KILLS || resume || ended == 0) {
      // Each moment somewhere between here and the end.
      int until = before.size() + random.nextInt(Math.max(1, 2 * windows / KILLS));
      try (ChildJvm child = child(command, resume, more)) {
        if (moments >= KILLS) {
          child.await(PATIENCE);
        } else {
          await()
              .atMost(PATIENCE)
              .pollInterval(Duration.ofMillis(20))
              .until(() -> !child.isAlive() || finished().size() > until);
          await().pollDelay(Duration.ofMillis(random.nextInt(150))).until(() -> true);
        }
        moments += child.isAlive() ? 1 : 0;
        boolean byItself = !child.isAlive();
        child.kill();
        await().atMost(PATIENCE).until(this::nothingAtWork);
        resume = unfinishedRuns() > 0;
        if (byItself) {
          assertThat(resume).as("seed " + seed + ": " + child.output()).isFalse();
          round.ended(json(child.output()));
          ended++;
        }
      }
      Map<String, String> now = finished();
      if (resume) {
        // No earlier window was read, and so kept, again.
        assertThat(now).as("seed " + seed).containsAllEntriesOf(before);
      } else if (moments < KILLS || ended == 0) {
        round.begins();
      }
      before = now;
    }
  }

  private boolean nothingAtWork() throws SQLException {
    String sql =
        "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'dualwrite reconciler'";
    return dbs.queryValue(dbs.target(), sql).equals("0")
        && dbs.queryValue(dbs.source(), sql).equals("0");
  }

  private static JsonNode json(List<String> output) throws JsonProcessingException {
    int start = output.indexOf("{");
    return JSON.readTree(String.join("\n", output.subList(Math.max(0, start), output.size())));
  }

  /** Without what tells of the run itself. */
  private static JsonNode result(JsonNode comparison) {
    ObjectNode result = comparison.deepCopy();
    result.remove(List.of("startedAt", "durationMillis", "kept"));
    result.get("tables").forEach(t -> ((ObjectNode) t).remove("notReadAgain"));
    return result;
  }

  @Test
  void aComparisonEndsWithTheSameResult() throws Exception {
    JsonNode never =
        json(run("compare", "--format", "json", "--wait", "0s").out().lines().toList());
    assertThat(never.get("inSync").asBoolean()).isFalse();
    int windows = 0;
    for (JsonNode table : never.get("tables")) {
      windows += table.get("windows").asInt();
    }

    killed(
        windows,
        new Round() {
          @Override
          public void ended(JsonNode result) {
            assertThat(result(result)).as("seed " + seed).isEqualTo(result(never));
          }

          @Override
          public void begins() {}
        },
        "compare");
  }

  @Test
  void aRepairEndsWithTheSameRowsAndTotals() throws Exception {
    killed(
        3 * TABLES * 50,
        new Round() {
          @Override
          public void ended(JsonNode result) throws SQLException {
            assertThat(result.get("inSync").asBoolean()).as("seed " + seed).isTrue();
            assertThat(result.get("deleted").asLong()).as("seed " + seed).isEqualTo(6);
            assertThat(result.get("copied").asLong()).as("seed " + seed).isEqualTo(damaged());
            for (int t = 0; t < TABLES; t++) {
              dbs.assertSameRows("table t" + (char) ('a' + t));
            }
          }

          @Override
          public void begins() throws SQLException {
            damage();
          }
        },
        "repair",
        "--delete-extra");
  }

  private static long damaged() {
    long damaged = 0;
    for (int t = 0; t < TABLES; t += 2) {
      for (int i = 0; i < 3000; i++) {
        damaged += i % 500 == t || i % 700 == t ? 1 : 0;
      }
    }
    return damaged;
  }
}
