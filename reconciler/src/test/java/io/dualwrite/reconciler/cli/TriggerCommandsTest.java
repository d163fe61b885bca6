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
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Triggers are installed, shown and removed from the command line. */
@WithDatabases
class TriggerCommandsTest {
  private static final String TRIGGERS =
      "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'dualwrite%'";

  private final TestDatabases dbs;
  @TempDir private Path directory;

  TriggerCommandsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws Exception {
    dbs.executeOnBoth(
        "CREATE TABLE item (id int PRIMARY KEY)", "CREATE TABLE part (id int PRIMARY KEY)");
  }

  private Ran run(String capture, String... args) throws IOException {
    Path file = directory.resolve("dualwrite.yaml");
    Files.writeString(
        file,
        """
        migration: m
        source: {url: "%s", username: %s, password: "%s"}
        target: {url: "%s", username: %2$s, password: "%3$s"}
        capture: %s
        """
            .formatted(
                dbs.sourceServer().jdbcUrl(dbs.database()),
                dbs.username(),
                dbs.password(),
                dbs.targetServer().jdbcUrl(dbs.database()),
                capture));
    List<String> all = new java.util.ArrayList<>(List.of(args));
    all.addAll(List.of("-c", file.toString()));
    return Ran.of(all.toArray(String[]::new));
  }

  @Test
  void initInstallsThemAndStatusShowsWhatTheySee() throws Exception {
    Ran init = run("TRIGGER", "init");
    assertThat(init.code()).isZero();
    assertThat(init.out())
        .contains("source: triggers on 2 of 2 tables and partitions, 2 of them new or put right");
    assertThat(run("TRIGGER", "init").out()).contains("0 of them new");
    assertThat(run("TRIGGER", "status").out())
        .contains("triggers   on 2 of 2 tables and partitions\n");

    dbs.execute(dbs.source(), "DROP TRIGGER dualwrite_insert ON item");
    Ran status = run("TRIGGER", "status");
    assertThat(status.out())
        .contains("triggers   on 1 of 2 tables and partitions. Next: reconciler init -c ")
        .contains("not seen   public.item: trigger dualwrite_insert is missing\n");
    JsonNode json = new ObjectMapper().readTree(run("TRIGGER", "status", "--format", "json").out());
    assertThat(json.get("triggers").get("relations").asInt()).isEqualTo(2);
    assertThat(json.get("triggers").get("holes").get(0).get("table").asText())
        .isEqualTo("public.item");
    assertThat(run("TRIGGER", "init").out()).contains("1 of them new");
  }

  @Test
  @Guarantee("G8")
  void aTableThatCannotHaveThemIsNamedAndTheExitCodeSaysSo() throws Exception {
    dbs.execute(
        dbs.source(),
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER dualwrite_update AFTER UPDATE ON part EXECUTE FUNCTION f()");
    Ran init = run("TRIGGER", "init");
    assertThat(init.code()).isEqualTo(3);
    assertThat(init.out()).contains("triggers on 1 of 2");
    assertThat(init.err()).contains("not installed: public.part: ", "not seen: public.part: ");
  }

  @Test
  void withoutInitStatusSaysThatNothingIsSeen() throws Exception {
    assertThat(run("STATEMENT", "init").code()).isZero();
    assertThat(run("STATEMENT", "status").out()).doesNotContain("triggers");
    assertThat(run("TRIGGER", "status").out())
        .contains("triggers   none, and capture: TRIGGER is configured. Next: reconciler init");
  }

  @Test
  void theyAreRemovedOnceNoApplicationReliesOnThem() throws Exception {
    run("TRIGGER", "init");
    Ran refused = run("TRIGGER", "init", "--remove-triggers");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("Set `capture: STATEMENT`");
    assertThat(dbs.queryValue(dbs.source(), TRIGGERS)).isEqualTo("8");
    assertThat(run("STATEMENT", "status").out()).contains("triggers   on 2 of 2");

    Ran removed = run("STATEMENT", "init", "--remove-triggers");

    assertThat(removed.out()).contains("triggers removed from 2 tables and partitions");
    assertThat(dbs.queryValue(dbs.source(), TRIGGERS)).isEqualTo("0");
    assertThat(run("STATEMENT", "init", "--print", "--remove-triggers").code()).isEqualTo(2);
  }

  @Test
  void whatIsPrintedInstallsThem() throws Exception {
    run("STATEMENT", "init");
    String printed = run("TRIGGER", "init", "--print").out();
    String ofSource = printed.substring(printed.indexOf("-- Run in the source alone"));
    dbs.execute(dbs.source(), ofSource);
    assertThat(run("TRIGGER", "status").out())
        .contains("triggers   on 2 of 2 tables and partitions\n");
  }

  @Test
  void thoseThatADumpBroughtToTheTargetAreRemovedThere() throws Exception {
    run("TRIGGER", "init");
    dbs.execute(
        dbs.target(),
        "CREATE FUNCTION dualwrite.capture_insert_0() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER dualwrite_insert AFTER INSERT ON item EXECUTE FUNCTION dualwrite.capture_insert_0()");
    assertThat(run("TRIGGER", "init").code()).isZero();
    assertThat(dbs.queryValue(dbs.target(), TRIGGERS)).isEqualTo("0");
    assertThat(dbs.queryValue(dbs.source(), TRIGGERS)).isEqualTo("8");
  }

  @Test
  @Guarantee("G2")
  void aGapOfTriggersIsReconciledOnlyAfterItsLastTransaction() throws Exception {
    run("TRIGGER", "init");
    run("TRIGGER", "kill-switch", "engage", "--wait", "0s");
    String gaps =
        "SELECT until IS NULL, reconciled_at IS NULL FROM dualwrite.gaps WHERE instance = 'triggers'";
    try (var slow = dbs.source().getConnection();
        var statement = slow.createStatement()) {
      slow.setAutoCommit(false);
      statement.execute("INSERT INTO item VALUES (1)");
      assertThat(run("TRIGGER", "compare").code()).isZero();
      assertThat(dbs.query(dbs.source(), gaps)).containsExactly(List.of("t", "t"));
      run("TRIGGER", "kill-switch", "release", "--wait", "0s");
      assertThat(run("TRIGGER", "compare").code()).isZero();
      assertThat(dbs.query(dbs.source(), gaps)).containsExactly(List.of("t", "t"));
      slow.commit();
    }
    assertThat(run("TRIGGER", "repair").code()).isZero();
    assertThat(dbs.query(dbs.source(), gaps)).containsExactly(List.of("f", "f"));
    dbs.assertSameRows("SELECT * FROM item");
  }
}
