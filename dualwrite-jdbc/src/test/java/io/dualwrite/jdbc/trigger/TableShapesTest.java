package io.dualwrite.jdbc.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Partitioned tables, tables without a key, and tables that change after their triggers came. */
@WithDatabases
@Guarantee("G2")
class TableShapesTest {
  private static final String[] PARTITIONED = {
    "CREATE TABLE m (id int, at date, v text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
    "CREATE TABLE m_old PARTITION OF m FOR VALUES FROM (MINVALUE) TO ('2024-01-01')",
    "CREATE TABLE m_new (v text, gone int, at date NOT NULL, id int NOT NULL) PARTITION BY HASH (id)",
    "ALTER TABLE m_new DROP COLUMN gone",
    "CREATE TABLE m_new_0 PARTITION OF m_new FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
    "CREATE TABLE m_new_1 PARTITION OF m_new FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
    "ALTER TABLE m ATTACH PARTITION m_new FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)"
  };

  private final TestDatabases dbs;

  TableShapesTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private static MigrationConfig keyless() {
    return TriggerBed.config()
        .tables(
            new TablesConfig(
                List.of("*.*"),
                List.of(),
                Map.of(
                    "public.ranged",
                    TableOverride.builder().keylessRanges(true).timeColumn("at").build(),
                    "public.whole",
                    TableOverride.builder().keylessRanges(true).build())))
        .build();
  }

  @Test
  void statementsOnATableAndOnItsPartitionsNameTheTable() throws Exception {
    TriggerBed bed = new TriggerBed(dbs);
    bed.run(PARTITIONED);
    assertThat(bed.install().coverage().relations()).isEqualTo(5);
    bed.run(
        "INSERT INTO m VALUES (1, '2023-05-05', 'a'), (2, '2024-05-05', 'b'), (3, '2024-05-05', 'c')");
    assertThat(bed.taken())
        .containsExactly(
            "public.m {1,2023-05-05}", "public.m {2,2024-05-05}", "public.m {3,2024-05-05}");
    bed.run(
        "INSERT INTO m_old VALUES (4, '2023-06-06', 'd')", "UPDATE m_new SET v = 'x' WHERE id = 2");
    assertThat(bed.taken()).containsExactly("public.m {2,2024-05-05}", "public.m {4,2023-06-06}");
    bed.run("UPDATE m SET at = '2024-07-07' WHERE id = 4");
    assertThat(bed.taken()).containsExactly("public.m {4,2023-06-06}", "public.m {4,2024-07-07}");
    bed.run("DELETE FROM m_new_0", "DELETE FROM m_new_1");
    assertThat(bed.taken())
        .containsExactly(
            "public.m {2,2024-05-05}", "public.m {3,2024-05-05}", "public.m {4,2024-07-07}");
    bed.run("TRUNCATE m_old");
    assertThat(bed.taken()).containsExactly("public.m");
    bed.run("COPY m (id, at) FROM PROGRAM 'echo \"9,2023-01-01\"' (FORMAT csv)");
    assertThat(bed.taken()).containsExactly("public.m {9,2023-01-01}");
  }

  @Test
  void aMergeThatMovesRowsBetweenPartitionsNamesTheTable() throws Exception {
    if (Integer.parseInt(
            String.valueOf(
                dbs.queryValue(dbs.source(), "SELECT current_setting('server_version_num')")))
        < 150000) {
      return;
    }
    TriggerBed bed = new TriggerBed(dbs);
    bed.run(PARTITIONED);
    bed.run("INSERT INTO m VALUES (1, '2023-05-05', 'a'), (2, '2024-05-05', 'b')");
    bed.install();
    String merge =
        "MERGE INTO m USING (VALUES (1)) AS s(id) ON m.id = s.id WHEN MATCHED THEN UPDATE SET at = m.at + 400";
    bed.run(merge);
    assertThat(bed.taken()).containsExactly("public.m");
    bed.run("/* no MERGE */ UPDATE m SET v = 'merged' WHERE id = 2");
    assertThat(bed.taken()).as("the word is enough").containsExactly("public.m");
    bed.run(
        "UPDATE m SET v = 'x' WHERE id = 2",
        "DO $$ BEGIN UPDATE m SET v = 'y' WHERE id = 2; END $$");
    assertThat(bed.taken()).containsExactly("public.m {2,2024-05-05}", "public.m {2,2024-05-05}");
    bed.run(
        "CREATE FUNCTION moves() RETURNS void LANGUAGE sql AS $$ " + merge + " $$",
        "CREATE FUNCTION touches() RETURNS void LANGUAGE sql AS $$ UPDATE m SET v = 'z' WHERE id = 2 $$",
        "SELECT touches()");
    assertThat(bed.taken()).containsExactly("public.m {2,2024-05-05}");
    bed.run("SELECT moves()");
    assertThat(bed.taken()).containsExactly("public.m");
    bed.run("PREPARE p AS " + merge + "; EXECUTE p");
    assertThat(bed.taken()).containsExactly("public.m");
  }

  @Test
  void cascadesIntoPartitionsAndFromThemAreSeen() throws Exception {
    TriggerBed bed = new TriggerBed(dbs);
    bed.run(PARTITIONED);
    bed.run(
        "CREATE TABLE device (id int PRIMARY KEY)",
        "ALTER TABLE m ADD FOREIGN KEY (id) REFERENCES device ON DELETE CASCADE",
        "CREATE TABLE note (id int PRIMARY KEY, m int, at date, FOREIGN KEY (m, at) REFERENCES m ON DELETE SET NULL)",
        "INSERT INTO device VALUES (1), (2)",
        "INSERT INTO m VALUES (1, '2023-05-05', 'a'), (1, '2024-05-05', 'b'), (2, '2024-05-05', 'c')",
        "INSERT INTO note VALUES (7, 1, '2024-05-05'), (8, 2, '2024-05-05')");
    bed.install();
    bed.run("DELETE FROM device WHERE id = 1");
    assertThat(bed.taken())
        .containsExactly(
            "public.device {1}",
            "public.m {1,2023-05-05}", "public.m {1,2024-05-05}", "public.note {7}");
  }

  @Test
  void aPartitionThatComesLaterIsSeenThroughItsTableAndIsAHoleByItself() throws Exception {
    TriggerBed bed = new TriggerBed(dbs);
    bed.run(PARTITIONED);
    bed.run("CREATE TABLE alone (id int, at date, v text, PRIMARY KEY (id, at))");
    assertThat(bed.install().coverage().complete()).isTrue();
    bed.run(
        "ALTER TABLE m DETACH PARTITION m_old",
        "CREATE TABLE m_2023 PARTITION OF m FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')",
        "ALTER TABLE m ATTACH PARTITION alone FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')",
        "INSERT INTO m VALUES (1, '2023-05-05', 'a')",
        "INSERT INTO alone VALUES (2, '2022-05-05', 'a')",
        "INSERT INTO m_old VALUES (3, '2021-05-05', 'a')");
    assertThat(bed.taken())
        .containsExactly(
            "public.m {1,2023-05-05}", "public.m {2,2022-05-05}", "public.m_old {3,2021-05-05}");
    TriggerInstallation.Installed again = bed.install();
    assertThat(again.installed()).containsExactly("public.m_2023");
    assertThat(again.coverage().complete()).isTrue();
    assertThat(dbs.query(dbs.source(), "SELECT reason, until IS NULL FROM dualwrite.gaps"))
        .containsExactly(List.of("no triggers on public.m", "f"));
    bed.run("INSERT INTO m_2023 VALUES (4, '2023-05-05', 'a')");
    assertThat(bed.taken()).containsExactly("public.m {4,2023-05-05}");
  }

  @Test
  void tablesWithoutAKeyNameRangesOrThemselves() throws Exception {
    TriggerBed bed = new TriggerBed(dbs, keyless());
    bed.run(
        "CREATE TABLE ranged (at date, v int)",
        "CREATE TABLE whole (v int)",
        "CREATE TABLE unkeyed (v int)");
    assertThat(bed.install().coverage().relations()).isEqualTo(2);
    bed.run(
        "INSERT INTO ranged VALUES ('2024-01-01', 1), ('2024-01-01', 2), ('2024-01-02', 3)",
        "INSERT INTO whole VALUES (1), (2)",
        "INSERT INTO unkeyed VALUES (1)");
    assertThat(bed.taken())
        .containsExactly(
            "public.ranged [2024-01-01,2024-01-01]",
            "public.ranged [2024-01-02,2024-01-02]",
            "public.whole");
    bed.run("UPDATE ranged SET at = '2024-01-05' WHERE v = 1", "DELETE FROM whole WHERE v = 7");
    assertThat(bed.taken())
        .containsExactly(
            "public.ranged [2024-01-01,2024-01-01]", "public.ranged [2024-01-05,2024-01-05]");
    bed.run("UPDATE ranged SET at = NULL WHERE v = 1");
    assertThat(bed.taken())
        .containsExactly("public.ranged", "public.ranged [2024-01-05,2024-01-05]");
  }

  @Test
  void aKeyThatWasDroppedOrRenamedNamesTheTableAndFailsNoStatement() throws Exception {
    TriggerBed bed = new TriggerBed(dbs);
    bed.run(
        "CREATE TABLE item (id int PRIMARY KEY, code text NOT NULL)",
        "INSERT INTO item VALUES (1, 'a')");
    bed.install();
    bed.run("ALTER TABLE item RENAME COLUMN id TO number", "UPDATE item SET code = 'b'");
    assertThat(bed.taken()).containsExactly("public.item");
    bed.run(
        "ALTER TABLE item DROP COLUMN number, ADD PRIMARY KEY (code)",
        "INSERT INTO item VALUES ('c')",
        "DELETE FROM item WHERE code = 'nothing'");
    assertThat(bed.taken()).containsExactly("public.item");
    TriggerInstallation.Installed again = bed.install();
    assertThat(again.installed()).containsExactly("public.item");
    bed.run("INSERT INTO item VALUES ('d')");
    assertThat(bed.taken()).containsExactly("public.item {d}");
  }

  @Test
  void aKeyThatBecameAnotherKeepsItsNumberUntilTheTriggersAreMadeAnew() throws Exception {
    TriggerBed bed = new TriggerBed(dbs);
    bed.run("CREATE TABLE item (id int PRIMARY KEY, code bytea NOT NULL)");
    bed.install();
    bed.run("INSERT INTO item VALUES (1, 'a')");
    String before = dbs.queryValue(dbs.source(), "SELECT key_id FROM dualwrite.journal");
    bed.run(
        "ALTER TABLE item DROP CONSTRAINT item_pkey, ADD PRIMARY KEY (code)",
        "INSERT INTO item VALUES (2, 'b')");
    assertThat(dbs.query(dbs.source(), "SELECT DISTINCT key_id FROM dualwrite.journal"))
        .containsExactly(List.of(String.valueOf(before)));
    assertThat(bed.install().installed()).containsExactly("public.item");
    bed.run("DELETE FROM dualwrite.journal", "INSERT INTO item VALUES (3, 'c')");
    assertThat(dbs.queryValue(dbs.source(), "SELECT key_id FROM dualwrite.journal"))
        .isNotEqualTo(before);
    // Its text is made by a function that knows only bytea.
    bed.run(
        "DELETE FROM dualwrite.journal",
        "ALTER TABLE item ALTER code TYPE text USING code::text",
        "INSERT INTO item VALUES (4, 'd')");
    assertThat(bed.taken()).containsExactly("public.item");
  }

  @Test
  void aRenamedTableGoesByItsNewName() throws Exception {
    TriggerBed bed = new TriggerBed(dbs);
    bed.run("CREATE TABLE item (id int PRIMARY KEY)");
    bed.install();
    bed.run("ALTER TABLE item RENAME TO article", "INSERT INTO article VALUES (1)");
    assertThat(bed.taken()).containsExactly("public.article {1}");
    assertThat(bed.install().installed()).isEmpty();
  }
}
