package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

@WithDatabases
class InspectCommandTest {
  private final TestDatabases dbs;
  private final ByUrls commands;

  InspectCommandTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.commands = new ByUrls(dbs);
  }

  private void flights() throws SQLException {
    dbs.executeOnBoth(
        "create table flights (id bigint, at timestamptz, delay int, primary key (id, at))",
        "create index on flights (at)",
        "insert into flights select i, timestamptz '2001-01-14Z' + i * interval '1 min', 1 from generate_series(0, 179) i",
        "analyze flights");
  }

  @Test
  void whatWorksIsExitCodeZeroAndOneLineForATable() throws SQLException {
    flights();

    Ran ran = commands.run("inspect");

    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    assertThat(ran.out())
        .contains(
            """
            table           on the target  key     windows  rows  there
            public.flights  same name      id, at  at        180    180
            """)
        .contains("default · phase SOURCE_PRIMARY · no control schema yet")
        .contains("The migration can work: 1 table mirrored")
        .contains("Next: reconciler init --source");
  }

  @Test
  void whatCannotWorkIsExitCodeOneAndFitsEightyColumns() throws SQLException {
    flights();
    dbs.execute(
        dbs.source(),
        "create table events (at timestamptz, what text)",
        "create table orders (id int primary key, note varchar(20), at timestamp)");
    dbs.execute(
        dbs.target(), "create table orders (id int primary key, note varchar(10), at timestamptz)");

    Ran ran = commands.run("inspect");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out())
        .contains(
            """
            CANNOT WORK · 1
            - public.events: has no primary key and no unique not-null index, so its rows
              cannot be told apart.
              → Add `key: [...]` under tables.overrides,""")
        .contains("  at    timestamp → timestamptz    as the target's type")
        .contains("  note  varchar(20) → varchar(10)");
    assertThat(ran.out().lines().filter(l -> !l.contains("--source")))
        .allMatch(l -> l.length() <= 80);
  }

  @Test
  void theJsonHasFindingsTablesAndColumns() throws Exception {
    flights();
    dbs.execute(dbs.source(), "create table events (at timestamptz, what text)");

    Ran ran = commands.run("inspect", "--format", "json");

    assertThat(ran.code()).isEqualTo(1);
    JsonNode root = new ObjectMapper().readTree(ran.out());
    assertThat(root.get("works").asBoolean()).isFalse();
    JsonNode worst = root.get("findings").get(0);
    assertThat(worst.get("severity").asText()).isEqualTo("blocks");
    assertThat(worst.get("code").asText()).isEqualTo("no-key");
    assertThat(worst.get("table").asText()).isEqualTo("public.events");
    assertThat(worst.get("fix").asText()).startsWith("Add `key:");
    JsonNode flights = root.get("tables").get(1);
    assertThat(flights.get("fate").asText()).isEqualTo("mirrored");
    assertThat(flights.get("because").asText()).isEqualTo("*.*");
    assertThat(flights.get("columns").get(1).toString())
        .isEqualTo(
            "{\"column\":\"at\",\"type\":\"timestamp with time zone\",\"target\":\"at\",\"targetType\":\"timestamp with time zone\","
                + "\"compared\":\"exactly\",\"note\":null}");
  }

  @Test
  void oneTableAloneIsLookedAt() throws SQLException {
    flights();
    dbs.execute(dbs.source(), "create table events (at timestamptz, what text)");

    Ran ran = commands.run("inspect", "--table", "flights", "--columns");

    assertThat(ran.code()).isZero();
    assertThat(ran.out()).doesNotContain("events").contains("  delay  integer      exactly");
  }

  @Test
  void aWrongTableNameSuggestsTheNearOnes() throws SQLException {
    flights();

    assertThat(commands.run("inspect", "--table", "fligths").err())
        .isEqualTo(
            "--table fligths: no such table among those that are mirrored. Did you mean public.flights?"
                + System.lineSeparator());
    assertThat(commands.run("compare", "--table", "flihgts").code()).isEqualTo(2);
  }

  @Test
  @Guarantee("G10")
  void aSideThatCannotBeReadIsExitCodeThree() throws SQLException {
    flights();
    dbs.execute(dbs.target(), "alter database " + dbs.database() + " set statement_timeout = 1");

    Ran ran = commands.run("inspect");

    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).contains("target");
  }
}
