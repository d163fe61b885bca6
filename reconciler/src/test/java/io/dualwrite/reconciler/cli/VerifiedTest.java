package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far tables are verified, and what is therefore not read again. */
@WithDatabases
class VerifiedTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final TestDatabases dbs;
  private final Path file;

  VerifiedTest(TestDatabases dbs, @TempDir Path directory) throws SQLException, IOException {
    this.dbs = dbs;
    this.file = directory.resolve("dualwrite.yaml");
    Files.writeString(
        file,
        """
        migration: m
        source: {url: "%s", username: %s, password: "%s"}
        target: {url: "%s", username: %2$s, password: "%3$s"}
        tables:
          overrides:
            public.metrics: {append-only: true, time-column: at}
        """
            .formatted(
                dbs.sourceServer().jdbcUrl(dbs.database()),
                dbs.username(),
                dbs.password(),
                dbs.targetServer().jdbcUrl(dbs.database())));
    dbs.executeOnBoth(
        "create table metrics (id bigint primary key, at timestamptz, v float8)",
        "create index on metrics (at)",
        "insert into metrics select i, timestamptz '2001-01-01Z' + i * interval '1 min', i from generate_series(0, 60 * 24 * 3 - 1) i",
        "insert into metrics values (-1, null, 0)");
    assertThat(run("init").code()).isZero();
  }

  private Ran run(String command, String... more) {
    List<String> arguments = new ArrayList<>(List.of(command, "-c", file.toString()));
    arguments.addAll(List.of(more));
    return Ran.of(arguments.toArray(String[]::new));
  }

  private JsonNode compared(int code, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--format", "json", "--wait", "0s"));
    arguments.addAll(List.of(more));
    Ran ran = run("compare", arguments.toArray(String[]::new));
    assertThat(ran.code()).as(ran.out() + ran.err()).isEqualTo(code);
    return JSON.readTree(ran.out()).get("tables").get(0);
  }

  private String status() {
    return run("status").out().lines().filter(l -> l.startsWith("verified")).findFirst().orElse("");
  }

  @Test
  void statusShowsItAndADifferenceLowersIt() throws Exception {
    assertThat(status()).startsWith("verified   nothing yet. Next: ");
    compared(0);
    assertThat(status())
        .matches(
            "verified   public.metrics  up to 2001-01-04 00:00  compared \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d: 0 differences");

    dbs.execute(dbs.target(), "update metrics set v = -1 where id = 60 * 24 + 61");
    compared(1, "--all");

    assertThat(status()).contains("up to 2001-01-02 01:00 ").endsWith(": 1 difference");
    JsonNode verified =
        JSON.readTree(run("status", "--format", "json").out()).get("verified").get(0);
    assertThat(verified.get("table").asText()).isEqualTo("public.metrics");
    assertThat(verified.get("upTo").asText()).isEqualTo("2001-01-02T01:00:00Z");
    assertThat(verified.get("by").asText()).isEqualTo("time");
    assertThat(verified.get("windows").asLong()).isEqualTo(25);
    assertThat(verified.get("lastCompared").get("changed").asLong()).isEqualTo(1);
  }

  @Test
  void aVerifiedRangeThatOnlyGrowsIsNotReadAgainUnlessAskedAndThatIsSaid() throws Exception {
    compared(0);
    dbs.executeOnBoth("insert into metrics values (100000, '2001-01-04 00:30Z', 1)");
    dbs.execute(dbs.target(), "update metrics set v = -1 where id = 61");

    JsonNode table = compared(0);

    assertThat(table.get("sourceRows").asLong())
        .as("the new row and the one without a time")
        .isEqualTo(2);
    JsonNode left = table.get("notReadAgain").get(0);
    assertThat(left.get("reason").asText()).isEqualTo("append-only");
    assertThat(left.get("windows").asLong()).isEqualTo(72);
    assertThat(left.get("rows").asLong()).isEqualTo(60 * 24 * 3);
    assertThat(left.get("upTo").asText()).isEqualTo("2001-01-04T00:00:00Z");
    assertThat(status()).contains("up to 2001-01-04 01:00");
    Ran text = run("compare");
    assertThat(text.out())
        .containsPattern(
            "public.metrics 73 windows with 4,321 rows before 2001-01-04T01:00:00Z verified (at|between) .* not read again, nor counted above")
        .containsPattern(
            "In sync: 2 windows, 1 row, .* 73 windows more of append-only tables, verified earlier, were not read again\\.");

    assertThat(compared(1, "--all").get("changed").asLong()).isEqualTo(1);
    assertThat(compared(1, "--from", "2001-01-01").get("changed").asLong()).isEqualTo(1);
    assertThat(status()).contains("up to 2001-01-01 01:00");
    assertThat(compared(1).get("changed").asLong()).isEqualTo(1);
  }

  @Test
  @Guarantee("G10")
  void rowsOnTheirWayAndGapsAreReadAgain() throws Exception {
    compared(0);
    dbs.execute(
        dbs.source(),
        "insert into metrics values (100000, '2001-01-02 12:00Z', 1)",
        "insert into dualwrite.journal (table_name, key, at) values ('public.metrics', '{100000}', '2001-01-02 12:01Z')");

    JsonNode pending = compared(1);

    assertThat(pending.get("notReadAgain").get(0).get("upTo").asText())
        .as("five minutes of lateness before the entry")
        .isEqualTo("2001-01-02T11:56:00Z");
    assertThat(pending.get("notYetWindows").asLong()).isEqualTo(1);

    dbs.execute(
        dbs.source(),
        "delete from dualwrite.journal",
        "insert into dualwrite.gaps (migration, instance, reason, since, until) values ('m', 'app', 'kill switch', '2001-01-02 12:00Z', '2001-01-02 13:00Z')");

    JsonNode gap = compared(1);

    assertThat(gap.get("missing").asLong()).isEqualTo(1);
    assertThat(gap.get("notReadAgain").get(0).get("upTo").asText())
        .isEqualTo("2001-01-02T11:55:00Z");
  }

  @Test
  void windowsThatMayStillGetRowsAreNotVerified() throws Exception {
    dbs.executeOnBoth(
        "truncate metrics",
        "insert into metrics select i, date_trunc('hour', now()) - i * interval '1 min', 0 from generate_series(0, 179) i");

    compared(0);

    String hour =
        dbs.queryValue(
            dbs.source(),
            "select to_char(date_trunc('hour', now() - interval '5 min') at time zone 'UTC', 'YYYY-MM-DD HH24:MI')");
    assertThat(status()).contains("up to " + hour);
  }

  @Test
  void aTableOfAnotherShapeIsReadFromItsBeginning() throws Exception {
    compared(0);
    dbs.executeOnBoth("alter table metrics add column gate text not null default 'A'");

    JsonNode table = compared(0);

    assertThat(table.get("notReadAgain")).isEmpty();
    assertThat(table.get("sourceRows").asLong()).isEqualTo(60 * 24 * 3 + 1);
  }

  @Test
  void aWatchThatCannotTakeItBackSaysSoOnce() throws Exception {
    compared(0);
    dbs.execute(
        dbs.target(), "drop table dualwrite.lowered", "update metrics set v = -1 where id = 61");

    Ran watch = run("watch", "--once", "--listen", "none");

    assertThat(watch.code()).isEqualTo(1);
    assertThat(watch.err())
        .startsWith("public.metrics differs where it was verified before")
        .endsWith(": compare it with --all next.\n")
        .containsOnlyOnce("--all");
  }

  @Test
  void withoutThePrivilegeItComparesAndSaysThatNothingIsKept() throws Exception {
    String role = "reader_" + dbs.database();
    dbs.executeOnBoth(
        "do $$ begin create role "
            + role
            + " login password 'reader'; exception when duplicate_object then null; end $$",
        "grant select on metrics to " + role,
        "grant select on all tables in schema dualwrite to " + role);
    try {
      Files.writeString(
          file,
          Files.readString(file)
              .replace("username: " + dbs.username(), "username: " + role)
              .replace("password: \"" + dbs.password(), "password: \"reader"));

      Ran ran = run("compare");

      assertThat(ran.code()).as(ran.out() + ran.err()).isZero();
      assertThat(ran.err())
          .contains(
              "Nothing is kept of this run: \""
                  + role
                  + "\" may not write dualwrite.runs in the target")
          .contains("init -c ");
      assertThat(run("compare", "--resume").code()).isEqualTo(2);
      assertThat(run("status").out()).contains("verified   nothing yet");
    } finally {
      dbs.executeOnBoth("drop owned by " + role);
      dbs.execute(dbs.source(), "drop role if exists " + role);
      if (dbs.queryValue(
              dbs.target(), "select count(*) from pg_roles where rolname = '" + role + "'")
          .equals("1")) {
        dbs.execute(dbs.target(), "drop role " + role);
      }
    }
  }

  @Test
  void aSchemaOfAnEarlierVersionIsNamed() throws Exception {
    dbs.execute(dbs.target(), "drop table dualwrite.verified");

    Ran ran = run("compare");

    assertThat(ran.code()).isZero();
    assertThat(ran.err())
        .startsWith(
            "Nothing is kept of this run: the control schema in the target, made by an earlier version, has no table verified (`")
        .contains(" init -c ");
    assertThat(run("compare", "--resume").code()).isEqualTo(2);
    assertThat(run("status").out())
        .contains("verified   unknown: the control schema in the target");
    assertThat(run("init").code()).isZero();
    assertThat(run("compare").err()).isEmpty();
  }
}
