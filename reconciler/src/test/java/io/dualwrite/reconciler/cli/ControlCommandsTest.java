package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes through the control table. */
@WithDatabases
class ControlCommandsTest {
  private final TestDatabases dbs;
  private final ByUrls commands;

  ControlCommandsTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.commands = new ByUrls(dbs);
  }

  private Ran run(String... args) {
    return commands.run(args);
  }

  private String next(String command) {
    return commands.next(command);
  }

  @Test
  void statusAndKillSwitchGoThroughTheControlTable() throws Exception {
    Ran before = run("status");
    assertThat(before.code()).isZero();
    assertThat(before.out())
        .isEqualTo(
            "migration default · phase SOURCE_PRIMARY (configured) · no control schema yet. Next: "
                + next("init")
                + "\n");
    assertThat(run("kill-switch", "engage").code()).isEqualTo(2);

    assertThat(run("init").out())
        .isEqualTo(
            "source: schema dualwrite created\ntarget: schema dualwrite created\n"
                .replace("\n", System.lineSeparator()));
    assertThat(run("init").out()).contains("source: schema dualwrite was already there");
    dbs.execute(
        dbs.target(),
        "drop table dualwrite.deferred",
        "alter table dualwrite.instances drop column epoch");
    assertThat(run("init").out())
        .isEqualTo(
            "source: schema dualwrite was already there\ntarget: schema dualwrite was already there; added: deferred, instances.epoch\n"
                .replace("\n", System.lineSeparator()));

    assertThat(run("kill-switch", "engage").code()).isZero();
    assertThat(dbs.queryValue(dbs.source(), "select kill_switch from dualwrite.control"))
        .isEqualTo("t");
    dbs.execute(
        dbs.source(),
        "insert into dualwrite.journal (table_name, key) values ('public.t', '{1}')",
        "insert into dualwrite.instances (instance, migration, state, phase, epoch, kill_switch_by, capture, policy, version, host, pid)"
            + " values ('app-1', 'default', 'kill switch', 'SOURCE_PRIMARY', 2, '{control table,file /run/off}', 'STATEMENT', 'RECOVER ASYNC', '1.2', 'h', 7)",
        "insert into dualwrite.set_aside (table_name, key, sql_state, reason, tries, at) values ('public.t', '{7}', '23514', 'check c', 3,"
            + " '2001-01-14 10:00Z')",
        "insert into dualwrite.gaps (migration, instance, reason, since) values ('default', 'app-1', 'kill switch', '2001-01-14 10:00Z')");

    Ran status = run("status");

    assertThat(status.code()).isZero();
    assertThat(status.out())
        .matches(
            """
            migration default · phase SOURCE_PRIMARY · kill switch ENGAGED · epoch 2
            writers    1 alive
                       app-1  SOURCE_PRIMARY · epoch 2 · kill switch engaged by control table, file /run/off · kill switch · capture STATEMENT · RECOVER ASYNC · 1\\.2 · seen \\d\\.\\d\\d s ago
            journal    1 pending, oldest \\d\\.\\d\\d s · 1 set aside
            set aside  public\\.t key 7 since 2001-01-14T10:00:00Z, 3 tries: check c
            verified   nothing yet\\. Next: %s
            gaps       2001-01-14T10:00:00Z to now \\(kill switch\\)\\. Next: %s
            """
                .formatted(Pattern.quote(next("compare")), Pattern.quote(next("repair"))));

    JsonNode json = new ObjectMapper().readTree(run("status", "--format", "json").out());
    assertThat(json.get("killSwitch").asBoolean()).isTrue();
    assertThat(json.get("journal").get("pending").asLong()).isEqualTo(1);
    assertThat(json.get("writers").get(0).get("name").asText()).isEqualTo("app-1");
    JsonNode writer = json.get("writers").get(0);
    assertThat(writer.get("phase").asText()).isEqualTo("SOURCE_PRIMARY");
    assertThat(writer.get("epoch").asLong()).isEqualTo(2);
    assertThat(writer.get("killSwitchBy").toString())
        .isEqualTo("[\"control table\",\"file /run/off\"]");
    assertThat(writer.get("alive").asBoolean()).isTrue();
    assertThat(writer.get("stale").asBoolean()).isFalse();
    assertThat(writer.get("host").asText()).isEqualTo("h");
    assertThat(writer.get("pid").asLong()).isEqualTo(7);
    assertThat(writer.get("version").asText()).isEqualTo("1.2");
    assertThat(json.get("setAside").get(0).get("reason").asText()).isEqualTo("check c");
    assertThat(json.get("gaps").get(0).get("until").isNull()).isTrue();

    Ran released = run("kill-switch", "release", "--wait", "0s");
    assertThat(released.code()).as("app-1 is at epoch 2").isEqualTo(1);
    assertThat(released.out())
        .startsWith("Kill switch released. To close the gap: " + next("repair"))
        .contains("app-1  HAS NOT CONFIRMED: epoch 2, last seen ", "0 of 1 instance at epoch 3.");
    assertThat(released.err()).startsWith("Not confirmed by app-1.");
    assertThat(dbs.queryValue(dbs.source(), "select kill_switch from dualwrite.control"))
        .isEqualTo("f");
  }

  @Test
  void theKillSwitchWorksWhileTheTargetIsAway(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("dualwrite.yaml");
    String both =
        """
        migration: m
        source: {url: "%1$s", username: %2$s, password: "%3$s"}
        target: {url: "%4$s", username: %2$s, password: "%3$s"}
        """;
    String source = dbs.sourceServer().jdbcUrl(dbs.database());
    Files.writeString(
        file,
        both.formatted(
            source, dbs.username(), dbs.password(), dbs.targetServer().jdbcUrl(dbs.database())));
    assertThat(Ran.of("init", "-c", file.toString()).code()).isZero();
    Files.writeString(
        file,
        both.formatted(source, dbs.username(), dbs.password(), "jdbc:postgresql://127.0.0.1:1/x"));

    Ran ran = Ran.of("kill-switch", "engage", "-c", file.toString());

    assertThat(ran.code()).isZero();
    assertThat(ran.err()).startsWith("not set there: target: ");
    assertThat(ran.out()).startsWith("Kill switch engaged");
    assertThat(dbs.queryValue(dbs.source(), "select kill_switch from dualwrite.control"))
        .isEqualTo("t");
  }

  /** Applications read the switch in the source: what is set in the target alone has no effect. */
  @Test
  @Guarantee("G9")
  void aKillSwitchThatCannotBeSetInTheSourceIsNotSaidToBeEngaged(@TempDir Path directory)
      throws Exception {
    assertThat(run("init").code()).isZero();
    Path file = directory.resolve("dualwrite.yaml");
    Files.writeString(
        file,
        """
        migration: default
        source: {url: "jdbc:postgresql://127.0.0.1:1/x", username: %1$s, password: "%2$s"}
        target: {url: "%3$s", username: %1$s, password: "%2$s"}
        kill-switch: {file: /run/app/dualwrite.off}
        """
            .formatted(dbs.username(), dbs.password(), dbs.targetServer().jdbcUrl(dbs.database())));

    Ran ran = Ran.of("kill-switch", "engage", "-c", file.toString());

    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err())
        .startsWith("The kill switch of default is unchanged.")
        .contains("source: ", "The file /run/app/dualwrite.off");
    assertThat(dbs.queryValue(dbs.target(), "select kill_switch from dualwrite.control"))
        .isEqualTo("f");
  }

  @Test
  void aJournalThatIsGoneIsNoFreshStart() throws SQLException {
    assertThat(run("init").code()).isZero();
    dbs.execute(dbs.source(), "drop table dualwrite.journal");

    Ran status = run("status");

    assertThat(status.code()).isEqualTo(3);
    assertThat(status.out()).isEmpty();
    assertThat(status.err())
        .isEqualTo("source: relation \"dualwrite.journal\" does not exist (42P01)\n");
    assertThat(run("kill-switch", "engage").code()).isZero();
  }
}
