package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dualwrite.Phase;
import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The phase, moved for instances at work. */
@WithDatabases
class PhaseCommandTest {
  private final TestDatabases dbs;
  private final ByUrls commands;

  PhaseCommandTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.commands = new ByUrls(dbs);
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("create table item (id int primary key)");
  }

  private DualWriteDataSource instance(Phase initial) throws SQLException {
    return DualWriteDataSource.builder()
        .config(MigrationConfig.builder("default").phase(initial).build())
        .source(dbs.source())
        .target(dbs.target())
        .build();
  }

  private static void insert(DualWriteDataSource ds, int id) throws SQLException {
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate("insert into item values (" + id + ")");
    }
  }

  private String journaled() throws SQLException {
    return dbs.queryValue(dbs.source(), "select count(*) from dualwrite.journal");
  }

  @Test
  @Guarantee({"G2", "G9"})
  void everyInstanceFollowsBeforeTheCommandReturns() throws Exception {
    try (DualWriteDataSource one = instance(Phase.SOURCE_ONLY);
        DualWriteDataSource two = instance(Phase.SOURCE_ONLY)) {
      insert(one, 1);
      assertThat(journaled()).isEqualTo("0");

      Ran on = commands.run("phase", "set", "SOURCE_PRIMARY");

      assertThat(on.code()).as(on.toString()).isZero();
      assertThat(on.out())
          .startsWith("Phase SOURCE_PRIMARY, was SOURCE_ONLY.")
          .contains(commands.next("repair"))
          .endsWith("2 of 2 instances at epoch 2.\n");
      assertThat(on.out().lines().filter(l -> l.contains("follows after"))).hasSize(2);
      insert(one, 2);
      insert(two, 3);
      dbs.awaitSameRows("select * from item where id > 1 order by id");
      assertThat(
              dbs.queryValue(
                  dbs.source(), "select count(*) from dualwrite.gaps where reason = 'phase'"))
          .isEqualTo("2");

      Ran off = commands.run("phase", "set", "source-only");

      assertThat(off.code()).as(off.toString()).isZero();
      assertThat(off.out()).contains("recorded as a gap");
      insert(two, 4);
      assertThat(journaled()).isEqualTo("0");
      assertThat(commands.run("phase", "set", "SOURCE_ONLY").out())
          .startsWith("The phase is SOURCE_ONLY already.");
      Ran shown = commands.run("phase", "show");
      assertThat(shown.code()).isZero();
      assertThat(shown.out())
          .startsWith(
              "migration default · phase SOURCE_ONLY · kill switch released · epoch 3\nwriters    2 alive\n");
      JsonNode json =
          new ObjectMapper().readTree(commands.run("phase", "show", "--format", "json").out());
      assertThat(json.get("phase").asText()).isEqualTo("SOURCE_ONLY");
      assertThat(json.get("writers")).hasSize(2);
      assertThat(json.get("writers").get(0).get("epoch").asLong()).isEqualTo(3);
    }
    assertThat(commands.run("phase", "show").out()).contains("0 alive · 2 left in order");
  }

  @Test
  @Guarantee("G9")
  void theKillSwitchIsConfirmedByName() throws Exception {
    try (DualWriteDataSource ds = instance(Phase.SOURCE_PRIMARY)) {
      Ran engaged = commands.run("kill-switch", "engage");

      assertThat(engaged.code()).as(engaged.toString()).isZero();
      assertThat(engaged.out())
          .contains("SOURCE_PRIMARY · kill switch engaged by control table · kill switch")
          .endsWith("1 of 1 instance at epoch 2.\n");
      insert(ds, 1);
      assertThat(journaled()).isEqualTo("0");
      assertThat(commands.run("kill-switch", "engage").out())
          .as("nothing changes")
          .endsWith("1 of 1 instance at epoch 2.\n");
      Ran released = commands.run("kill-switch", "release");
      assertThat(released.code()).isZero();
      insert(ds, 2);
      dbs.awaitSameRows("select * from item where id = 2");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "SOURCE_PRIMARY; TARGET_PRIMARY; has another primary, and the swap needs a fence",
        "SOURCE_ONLY; TARGET_PRIMARY; is not the next one. Phases change one step at a time",
        "SOURCE_ONLY; TARGET_ONLY; First: `reconciler phase set SOURCE_PRIMARY --source",
        "SOURCE_PRIMARY; TARGET_ONLY; is not the next one",
        "TARGET_ONLY; TARGET_PRIMARY; not supported by this version",
        "TARGET_PRIMARY; SOURCE_PRIMARY; has another primary",
      })
  void whatMayNotFollowIsRefusedWithTheReason(Phase from, Phase to, String reason)
      throws Exception {
    assertThat(commands.run("init").code()).isZero();
    dbs.executeOnBoth("update dualwrite.control set phase = '" + from + "', epoch = 5");

    Ran ran = commands.run("phase", "set", to.name());

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).startsWith("The phase stays " + from + ": ").contains(reason);
    assertThat(dbs.query(dbs.source(), "select phase, epoch from dualwrite.control"))
        .containsExactly(List.of(from.name(), "5"));
  }

  @Test
  void ofTwoOperatorsAtOnceOneIsTold() throws Exception {
    assertThat(commands.run("init").code()).isZero();
    List<CompletableFuture<Ran>> both =
        IntStream.range(0, 2)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> commands.run("phase", "set", "SOURCE_ONLY", "--if-epoch", "1")))
            .toList();
    assertThat(both.stream().map(CompletableFuture::join).map(Ran::code))
        .containsExactlyInAnyOrder(0, 1);
    Ran loser =
        Stream.of(both.get(0).join(), both.get(1).join())
            .filter(r -> r.code() == 1)
            .findFirst()
            .orElseThrow();
    assertThat(loser.err())
        .startsWith(
            "Somebody else has changed the control table meanwhile: it is at epoch 2 now, phase SOURCE_ONLY");
    assertThat(dbs.query(dbs.target(), "select phase, epoch from dualwrite.control"))
        .containsExactly(List.of("SOURCE_ONLY", "2"));
  }

  @Test
  void anInstanceThatDoesNotFollowIsNamedAndWaitedForNoLongerThanAsked() throws Exception {
    assertThat(commands.run("init").code()).isZero();
    dbs.execute(
        dbs.source(),
        "insert into dualwrite.instances (instance, migration, state) values ('old-app', 'default', 'mirroring')");

    Ran ran = commands.run("phase", "set", "SOURCE_ONLY", "--wait", "300ms");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out())
        .contains("old-app  HAS NOT CONFIRMED: of a version that does not tell its epoch");
    assertThat(ran.err()).startsWith("Not confirmed by old-app.");
  }
}
