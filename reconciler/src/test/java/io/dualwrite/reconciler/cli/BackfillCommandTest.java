package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabases
class BackfillCommandTest {
  private final TestDatabases dbs;
  private final ByUrls commands;

  BackfillCommandTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.commands = new ByUrls(dbs);
  }

  @BeforeEach
  void tables() throws SQLException {
    assertThat(commands.run("init").code()).isZero();
    dbs.executeOnBoth("create table flights (id int primary key, at timestamptz)");
    dbs.execute(
        dbs.source(),
        "insert into flights select i, '2024-01-01Z'::timestamptz + i * interval '1 h' from generate_series(1, 2000) i");
  }

  @Test
  void saysWhatItDidAndWhatComesNext() {
    Ran ran = commands.run("backfill", "--until", "end");

    assertThat(ran.err()).isEmpty();
    assertThat(ran.out())
        .contains("table           windows  before   rows  copied  pending  differ  refused")
        .contains("public.flights        1       0  2,000   2,000        0       0        0")
        .contains("Done: 2,000 rows copied in ")
        .contains("Next: " + commands.next("compare"));
    assertThat(ran.code()).isZero();
  }

  @Test
  void needsAnEndWhereNobodyWritesYet() {
    Ran ran = commands.run("backfill");

    assertThat(ran.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(ran.err())
        .contains("no application is registered and alive")
        .contains("Give --until TIME, or --until end to copy everything.");
    Ran point = commands.run("completion-point");
    assertThat(point.code()).isEqualTo(ExitCodes.DIFFERENCES);
    assertThat(point.out()).isEmpty();
  }

  @Test
  void theCompletionPointFollowsFromTheWriters() throws SQLException {
    dbs.execute(
        dbs.source(),
        "update dualwrite.control set changed_at = '2024-02-01 10:00Z'",
        "insert into dualwrite.instances (instance, migration, state, started_at) select 'app-1', migration, 'mirroring', '2024-02-02 10:00Z' from dualwrite.control",
        "insert into dualwrite.gaps (migration, instance, reason, since, until) select migration, 'app-1', 'kill switch', '2024-02-03 10:00Z', '2024-02-03 11:00Z' from dualwrite.control");

    Ran ran = commands.run("completion-point");

    assertThat(ran.err())
        .contains("app-1 writes to both since 2024-02-02T10:00:00Z")
        .contains("app-1 wrote to the source alone until 2024-02-03T11:00:00Z: kill switch");
    assertThat(ran.out().strip()).isEqualTo("2024-02-03T11:05:00Z");
    assertThat(ran.code()).isZero();
  }

  @Test
  void theDryRunChangesNothing() throws SQLException {
    Ran ran = commands.run("backfill", "--dry-run", "--until", "end");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("public.flights")
        .contains("binary")
        .contains("Would copy what the target lacks of all times")
        .contains("Next: " + commands.next("backfill"));
    assertThat(dbs.queryValue(dbs.target(), "select count(*) from flights")).isEqualTo("0");
    assertThat(dbs.queryValue(dbs.target(), "select count(*) from dualwrite.runs")).isEqualTo("0");
  }

  @Test
  void theJsonHoldsTheSame() throws Exception {
    dbs.execute(dbs.target(), "insert into flights values (7, null)");

    Ran ran = commands.run("backfill", "--until", "end", "--format", "json", "--batch-rows", "500");

    JsonNode root = new ObjectMapper().readTree(ran.out());
    assertThat(root.path("complete").asBoolean()).isTrue();
    assertThat(root.path("copied").asLong()).isEqualTo(1_999);
    assertThat(root.path("tables").get(0).path("windows").asLong()).isEqualTo(4);
    assertThat(root.path("tables").get(0).path("changed").asLong()).isEqualTo(1);
    assertThat(ran.code()).isEqualTo(ExitCodes.DIFFERENCES);
  }

  @Test
  void aNearTableIsSuggested() {
    Ran ran = commands.run("backfill", "--until", "end", "--table", "public.flihgts");

    assertThat(ran.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(ran.err()).contains("Did you mean public.flights?");
  }

  @Test
  void timesMustBeTimes() {
    Ran ran = commands.run("backfill", "--until", "soon");

    assertThat(ran.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(ran.err()).contains("--until must be a day or a time", "soon");
  }
}
