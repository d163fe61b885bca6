package io.dualwrite.jdbc.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.JournalConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.schema.CapturedTables;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Triggers come, are put right and go, whatever else is going on, and what is wrong is told. */
@WithDatabases
class TriggerInstallationTest {
  private final TestDatabases dbs;
  private final TriggerBed bed;

  TriggerInstallationTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.bed = new TriggerBed(dbs);
  }

  @BeforeEach
  void tables() throws SQLException {
    bed.run("CREATE TABLE item (id int PRIMARY KEY)", "CREATE TABLE part (id int PRIMARY KEY)");
  }

  private Coverage coverage() throws SQLException {
    return coverage(bed);
  }

  private Coverage coverage(TriggerBed of) throws SQLException {
    try (Connection connection = dbs.source().getConnection()) {
      Catalog catalog = Catalog.read(connection, "dualwrite");
      return WantedTriggers.of(
              "dualwrite",
              "test",
              catalog,
              CapturedTables.of(Side.SOURCE, catalog, of.configuration()))
          .compare(connection);
    }
  }

  private List<String> explanations() throws SQLException {
    return coverage().holes().stream().map(Coverage.Hole::explanation).toList();
  }

  @Test
  void aSecondTimeDoesNothing() throws Exception {
    assertThat(bed.install().installed()).containsExactly("public.item", "public.part");
    String before = objects();
    TriggerInstallation.Installed again = bed.install();
    assertThat(again.installed()).isEmpty();
    assertThat(again.failures()).isEmpty();
    assertThat(again.coverage().complete()).isTrue();
    assertThat(objects()).isEqualTo(before);
    assertThat(dbs.query(dbs.source(), "SELECT * FROM dualwrite.gaps")).isEmpty();
  }

  @Test
  void triggersOfOtherDeliveryLanesCaptureUntilTheyAreReplaced() throws Exception {
    bed.run("CREATE TABLE place (name text PRIMARY KEY)");
    bed.install();
    String before = objects();
    TriggerBed slicing = new TriggerBed(dbs, TriggerBed.config().deliveryLanes(4).build());

    assertThat(coverage(slicing).complete()).isTrue();
    TriggerInstallation.Installed replaced = slicing.install();

    assertThat(replaced.installed()).containsExactly("public.place");
    assertThat(objects()).isNotEqualTo(before);
    assertThat(replaced.coverage().complete()).isTrue();
    assertThat(coverage(bed).complete()).isTrue();
    assertThat(dbs.query(dbs.source(), "SELECT * FROM dualwrite.gaps")).isEmpty();
  }

  private String objects() throws SQLException {
    return dbs.query(
            dbs.source(),
            "SELECT oid FROM pg_trigger UNION ALL SELECT oid FROM pg_proc WHERE proname LIKE 'capture%' ORDER BY 1")
        .toString();
  }

  @Test
  @Guarantee("G8")
  void whatIsWrongIsToldAndPutRightAndTheTimeIsAGap() throws Exception {
    assertThat(coverage().installed()).isFalse();
    bed.install();
    bed.run(
        "DROP TRIGGER dualwrite_insert ON item",
        "ALTER TABLE part DISABLE TRIGGER dualwrite_delete");
    assertThat(explanations())
        .containsExactly(
            "public.item: trigger dualwrite_insert is missing",
            "public.part: trigger dualwrite_delete is disabled");
    bed.run("ALTER TABLE part ENABLE TRIGGER dualwrite_delete");
    assertThat(explanations())
        .contains(
            "public.part: trigger dualwrite_delete does not fire in every session (ENABLE ALWAYS)");
    assertThat(bed.install().coverage().complete()).isTrue();
    assertThat(
            dbs.query(dbs.source(), "SELECT reason, until IS NULL FROM dualwrite.gaps ORDER BY 1"))
        .containsExactly(
            List.of("no triggers on public.item", "f"), List.of("no triggers on public.part", "f"));
    bed.run(
        "ALTER TABLE item DROP CONSTRAINT item_pkey, ADD COLUMN code int PRIMARY KEY",
        "CREATE OR REPLACE FUNCTION "
            + dbs.queryValue(
                dbs.source(),
                "SELECT tgfoid::regproc FROM pg_trigger WHERE tgname = 'dualwrite_insert' AND tgrelid = 'part'::regclass")
            + "() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
    assertThat(explanations())
        .contains("public.part: trigger dualwrite_insert runs a function that was altered");
    assertThat(explanations().get(0)).contains("names rows by another key than (code)");
    assertThat(bed.install().coverage().complete()).isTrue();
    bed.run("DROP TRIGGER capture_turn ON dualwrite.control");
    assertThat(coverage().problems()).hasSize(1);
    bed.install();
    assertThat(coverage().problems()).isEmpty();
  }

  @Test
  void severalAtOnceInstallOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<TriggerInstallation.Installed>> all =
          List.of(
              threads.submit(() -> bed.install()),
              threads.submit(() -> bed.install()),
              threads.submit(() -> bed.install()),
              threads.submit(() -> bed.install()));
      for (Future<TriggerInstallation.Installed> one : all) {
        assertThat(one.get().failures()).isEmpty();
        assertThat(one.get().coverage().complete()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(coverage().complete()).isTrue();
  }

  @Test
  void aBusyTableIsWaitedForAndOthersAreNotHeldUpMeanwhile() throws Exception {
    bed.run("INSERT INTO item VALUES (1)");
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Connection busy = dbs.source().getConnection();
        Statement statement = busy.createStatement()) {
      busy.setAutoCommit(false);
      statement.execute("DELETE FROM item");
      Future<TriggerInstallation.Installed> installing = thread.submit(() -> bed.install());
      for (int id = 10; id < 20; id++) {
        bed.run("SET statement_timeout = '4s'; INSERT INTO item VALUES (" + id + ")");
      }
      assertThat(installing.isDone()).isFalse();
      busy.commit();
      assertThat(installing.get().coverage().complete()).isTrue();
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void aTableThatIsNotMineIsLeftOutAndTheOthersAreDone() throws Exception {
    bed.run(
        "CREATE TABLE own (id int PRIMARY KEY)",
        "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER dualwrite_delete AFTER DELETE ON item EXECUTE FUNCTION mine()");
    TriggerInstallation.Installed installed = bed.install();
    assertThat(installed.installed()).containsExactly("public.own", "public.part");
    assertThat(installed.failures()).hasSize(1);
    assertThat(installed.failures().get(0)).startsWith("public.item: ").contains("already exists");
    assertThat(installed.coverage().tables()).containsExactly("public.item");
    assertThat(
            dbs.query(
                dbs.source(), "SELECT tgname FROM pg_trigger WHERE tgrelid = 'item'::regclass"))
        .containsExactly(List.of("dualwrite_delete"));
  }

  @Test
  void twoMigrationsOfOneSourceDoNotMeet() throws Exception {
    bed.install();
    TriggerBed other =
        new TriggerBed(
            dbs, TriggerBed.config().journal(new JournalConfig("Other \"one\"")).build());
    assertThat(other.install().coverage().complete()).isTrue();
    bed.run("INSERT INTO item VALUES (1)");
    assertThat(bed.taken()).containsExactly("public.item {1}");
    assertThat(dbs.query(dbs.source(), "SELECT key::text FROM \"Other \"\"one\"\"\".journal"))
        .containsExactly(List.of("{1}"));
  }

  @Test
  void aForeignPartitionIsToldBeforeStatementsFailForIt() throws Exception {
    TriggerBed keyed =
        new TriggerBed(
            dbs,
            TriggerBed.config()
                .tables(
                    new TablesConfig(
                        List.of("*.*"),
                        List.of(),
                        Map.of("public.m", TableOverride.builder().key("id").build())))
                .build());
    bed.run(
        "CREATE EXTENSION file_fdw",
        "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
        "CREATE TABLE m (id int NOT NULL, v text) PARTITION BY LIST (id)",
        "CREATE TABLE m_1 PARTITION OF m FOR VALUES IN (1)",
        "CREATE FOREIGN TABLE m_2 PARTITION OF m FOR VALUES IN (2) SERVER files OPTIONS (filename '/dev/null')");
    TriggerInstallation.Installed installed = keyed.install();
    assertThat(installed.installed()).containsExactly("public.item", "public.part");
    assertThat(installed.coverage().holes()).hasSize(1);
    assertThat(installed.coverage().holes().get(0).explanation()).contains("public.m_2");
    bed.run("UPDATE m SET v = 'x' WHERE id = 1");
  }

  @Test
  void tablesThatAreNotMirroredAnyMoreLoseTheirs() throws Exception {
    bed.install();
    TriggerBed less =
        new TriggerBed(
            dbs,
            TriggerBed.config()
                .tables(new TablesConfig(List.of("*.*"), List.of("public.part"), Map.of()))
                .build());
    assertThat(less.install().removed()).containsExactly("public.part");
    bed.run("INSERT INTO item VALUES (1)", "INSERT INTO part VALUES (1)");
    assertThat(bed.taken()).containsExactly("public.item {1}");
    assertThat(bed.install().installed()).containsExactly("public.part");
  }

  @Test
  void itGoesWithoutATrace() throws Exception {
    String before =
        dbs.query(dbs.source(), "SELECT count(*) FROM pg_trigger").toString()
            + dbs.query(dbs.source(), "SELECT count(*) FROM pg_proc");
    bed.install();
    try (Connection connection = dbs.source().getConnection()) {
      TriggerInstallation installation = new TriggerInstallation(connection, bed.configuration());
      assertThat(installation.remove()).containsExactly("public.item", "public.part");
      assertThat(installation.remove()).isEmpty();
    }
    assertThat(
            dbs.query(dbs.source(), "SELECT count(*) FROM pg_trigger").toString()
                + dbs.query(dbs.source(), "SELECT count(*) FROM pg_proc"))
        .isEqualTo(before);
    bed.run("INSERT INTO item VALUES (1)");
    bed.killSwitch(true);
    assertThat(dbs.query(dbs.source(), "SELECT * FROM dualwrite.gaps")).isEmpty();
    assertThat(bed.install().coverage().complete()).isTrue();
    assertThat(dbs.query(dbs.source(), "SELECT reason FROM dualwrite.gaps"))
        .containsExactly(List.of("kill switch"));
  }

  @Test
  void whatIsPrintedInstallsIt() throws Exception {
    try (Connection connection = dbs.source().getConnection()) {
      ControlSchema.create(connection, "dualwrite", "source");
      List<String> printed = new TriggerInstallation(connection, bed.configuration()).print();
      bed.run(printed.toArray(new String[0]));
      assertThat(coverage().complete()).isTrue();
      assertThat(new TriggerInstallation(connection, bed.configuration()).install().installed())
          .isEmpty();
    }
  }
}
