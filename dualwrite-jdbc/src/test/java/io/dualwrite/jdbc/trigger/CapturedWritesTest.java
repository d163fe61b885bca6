package io.dualwrite.jdbc.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Every way to change rows names them, whoever changes them and by whatever. */
@WithDatabases
@Guarantee("G2")
class CapturedWritesTest {
  private final TestDatabases dbs;
  private final TriggerBed bed;

  CapturedWritesTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.bed = new TriggerBed(dbs);
  }

  @BeforeEach
  void tables() throws SQLException {
    bed.run(
        "CREATE SCHEMA \"App\"",
        "CREATE TABLE item (id int PRIMARY KEY, name text)",
        "CREATE TABLE part (id int PRIMARY KEY, item int REFERENCES item ON DELETE CASCADE ON UPDATE CASCADE)",
        "CREATE TABLE tag (id int PRIMARY KEY, item int REFERENCES item ON DELETE SET NULL)",
        "CREATE TABLE \"App\".\"Order Items\" (\"Order's Id\" int, \"at\" timestamptz, \"raw\\\" bytea, note text,"
            + " PRIMARY KEY (\"Order's Id\", \"at\", \"raw\\\"))");
    bed.install();
  }

  @Test
  void aStatementNamesTheRowsThatItChanges() throws Exception {
    bed.run("INSERT INTO item VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    assertThat(bed.taken())
        .containsExactly("public.item {1}", "public.item {2}", "public.item {3}");
    bed.run("UPDATE item SET name = 'x' WHERE id < 3");
    assertThat(bed.taken()).containsExactly("public.item {1}", "public.item {2}");
    bed.run("UPDATE item SET id = id + 10 WHERE id = 3");
    assertThat(bed.taken()).containsExactly("public.item {13}", "public.item {3}");
    bed.run("DELETE FROM item WHERE id = 13");
    assertThat(bed.taken()).containsExactly("public.item {13}");
    bed.run(
        "INSERT INTO item VALUES (1, 'a'), (7, 'b') ON CONFLICT (id) DO UPDATE SET name = 'conflict'");
    assertThat(bed.taken()).containsExactly("public.item {1}", "public.item {7}");
    bed.run("TRUNCATE item CASCADE");
    assertThat(bed.taken()).containsExactly("public.item", "public.part", "public.tag");
  }

  @Test
  void whatChangesNothingNamesNothing() throws Exception {
    bed.run(
        "INSERT INTO item SELECT 1, 'a' WHERE false",
        "UPDATE item SET name = 'x'",
        "DELETE FROM item",
        "INSERT INTO item VALUES (1, 'a')");
    bed.taken();
    bed.run("INSERT INTO item VALUES (1, 'b') ON CONFLICT DO NOTHING");
    assertThat(bed.journal()).isEmpty();
  }

  @Test
  void namesKeepTheirCaseAndKeysTheirOrderAndForm() throws Exception {
    bed.run(
        "CREATE FUNCTION sets() RETURNS void LANGUAGE sql SET DateStyle = 'German' SET TimeZone = 'Asia/Kathmandu' SET bytea_output = 'escape'"
            + " AS $$ INSERT INTO \"App\".\"Order Items\" VALUES (1, '2024-01-02 03:04:05.678Z', '\\x00ff', 'n') $$",
        "SELECT sets()");
    String entry = bed.taken().get(0);
    assertThat(entry).isEqualTo("App.Order Items {1,2024-01-02T08:49:05.678+05:45,\"\\\\x00ff\"}");
  }

  @Test
  void cascadesOfForeignKeysAreSeen() throws Exception {
    bed.run(
        "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO part VALUES (10, 1), (11, 1), (12, 2)",
        "INSERT INTO tag VALUES (20, 1), (21, 2)");
    bed.taken();
    bed.run("DELETE FROM item WHERE id = 1");
    assertThat(bed.taken())
        .containsExactly(
            "public.item {1}", "public.part {10}", "public.part {11}", "public.tag {20}");
    bed.run("DELETE FROM tag", "DELETE FROM dualwrite.journal", "UPDATE item SET id = 3");
    assertThat(bed.taken())
        .containsExactly("public.item {2}", "public.item {3}", "public.part {12}");
  }

  @Test
  void functionsTriggersAndBlocksAreSeen() throws Exception {
    bed.run(
        "CREATE FUNCTION also() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " IF pg_trigger_depth() < 3 THEN INSERT INTO item SELECT id + 100, 'also' FROM added; END IF;"
            + " UPDATE item SET name = 'touched' WHERE id = 1; RETURN NULL; END $$",
        "CREATE TRIGGER a_also AFTER INSERT ON item REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION also()",
        "CREATE TRIGGER z_also AFTER INSERT ON part REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION also()",
        "INSERT INTO item VALUES (1, 'a')");
    assertThat(bed.taken())
        .containsOnly("public.item {1}", "public.item {101}", "public.item {201}")
        .contains("public.item {101}", "public.item {201}");
    bed.run(
        "CREATE PROCEDURE p(int) LANGUAGE sql AS 'INSERT INTO part VALUES ($1, 1)'",
        "DO $$ BEGIN CALL p(5); END $$");
    assertThat(bed.taken()).contains("public.part {5}", "public.item {105}", "public.item {1}");
    bed.run("SELECT 1 FROM item WHERE id = 0");
    assertThat(bed.taken()).isEmpty();
  }

  @Test
  void keysAreThoseThatTriggersAndDefaultsStored() throws Exception {
    bed.run(
        "CREATE TABLE g (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text)",
        "CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := NEW.id + 50; RETURN NEW; END $$",
        "CREATE TRIGGER shift BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION shift()");
    bed.install();
    bed.run("INSERT INTO g (v) VALUES ('x')", "INSERT INTO item VALUES (1, 'a')");
    assertThat(bed.taken()).containsExactly("public.g {1}", "public.item {51}");
  }

  @Test
  void queriesThatWriteInWithAndMergeAreSeen() throws Exception {
    bed.run(
        "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
        "DELETE FROM dualwrite.journal",
        "WITH gone AS (DELETE FROM item WHERE id = 1 RETURNING *), made AS (INSERT INTO item VALUES (9, 'z'))"
            + " INSERT INTO part SELECT 30, 2 FROM gone");
    assertThat(bed.taken())
        .containsExactly("public.item {1}", "public.item {9}", "public.part {30}");
    bed.run(
        "MERGE INTO item i USING (VALUES (2), (3), (9)) AS s(id) ON i.id = s.id"
            + " WHEN MATCHED AND s.id = 9 THEN DELETE WHEN MATCHED THEN UPDATE SET name = 'm'"
            + " WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'new')");
    assertThat(bed.taken())
        .containsExactly("public.item {2}", "public.item {3}", "public.item {9}");
  }

  @Test
  void copyIsSeenAndManyNumbersAreNamedByRuns() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int id = 1; id <= 5000; id++) {
      rows.append(id).append("\tx\n");
    }
    rows.append("900000\tfar\n-3\tnegative\n");
    try (Connection connection = dbs.source().getConnection()) {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn("COPY item FROM STDIN", new StringReader(rows.toString()));
    }
    assertThat(bed.taken())
        .hasSize(22)
        .contains(
            "public.item [1,255]",
            "public.item [256,511]",
            "public.item [4864,5000]",
            "public.item {-3}",
            "public.item {900000}");
    bed.run("UPDATE item SET id = id + 10000 WHERE id BETWEEN 1 AND 100");
    assertThat(bed.taken())
        .containsExactlyInAnyOrder("public.item [10001,10100]", "public.item [1,100]");
    bed.run("DELETE FROM item WHERE id % 100 = 7");
    assertThat(bed.taken()).hasSize(50).allMatch(entry -> entry.startsWith("public.item {"));
  }

  @Test
  void manyRowsOfOtherKeysShareEntries() throws Exception {
    bed.run("CREATE TABLE word (a text, b int, PRIMARY KEY (a, b))");
    bed.install();
    bed.run("INSERT INTO word SELECT 'w', i FROM generate_series(1, 2500) i");
    assertThat(
            dbs.query(
                dbs.source(),
                "SELECT array_length(keys, 2), sum(array_length(keys, 1)), count(DISTINCT key_id) FROM dualwrite.journal GROUP BY 1"))
        .containsExactly(List.of("2", "2500", "1"));
    assertThat(bed.taken()).hasSizeLessThan(100);
    bed.run("UPDATE word SET b = b + 5000 WHERE b <= 64");
    assertThat(
            dbs.queryValue(
                dbs.source(), "SELECT sum(array_length(keys, 1)) FROM dualwrite.journal"))
        .isEqualTo("128");
    assertThat(String.join(" ", bed.taken())).contains("{w,1}", "{w,5001}");
  }

  @Test
  void rolesNeedNothingOfTheControlSchemaAndPoliciesHideNothing() throws Exception {
    bed.run(
        "REVOKE ALL ON ALL TABLES IN SCHEMA dualwrite FROM PUBLIC",
        "REVOKE ALL ON SCHEMA dualwrite FROM PUBLIC",
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'clerk') THEN CREATE ROLE clerk; END IF; END $$",
        "GRANT INSERT, DELETE ON item TO clerk",
        "ALTER TABLE item ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY writes ON item FOR INSERT TO clerk WITH CHECK (true)");
    try (Connection connection = dbs.source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("SET ROLE clerk");
      statement.execute("INSERT INTO item VALUES (1, 'a')");
      statement.execute("RESET ROLE");
    }
    assertThat(bed.taken()).containsExactly("public.item {1}");
    bed.run("DROP OWNED BY clerk");
  }

  @Test
  void sessionsThatReplayAsAReplicaAreSeen() throws Exception {
    bed.run("SET session_replication_role = replica; INSERT INTO item VALUES (1, 'a')");
    assertThat(bed.taken()).containsExactly("public.item {1}");
  }

  @Test
  void savepointsAndRollbacksTakeTheEntriesAlong() throws Exception {
    bed.run(
        "BEGIN; INSERT INTO item VALUES (1, 'a'); SAVEPOINT s; INSERT INTO item VALUES (2, 'b'); ROLLBACK TO s; COMMIT",
        "BEGIN; INSERT INTO item VALUES (3, 'c'); ROLLBACK");
    assertThat(bed.taken()).containsExactly("public.item {1}");
  }

  @Test
  void whatADeferredTriggerWritesAtTheCommitIsSeen() throws Exception {
    bed.run(
        "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO tag VALUES (NEW.id, NEW.id); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()",
        "BEGIN; INSERT INTO item VALUES (1, 'a'); COMMIT");
    assertThat(bed.taken()).containsExactly("public.item {1}", "public.tag {1}");
  }
}
