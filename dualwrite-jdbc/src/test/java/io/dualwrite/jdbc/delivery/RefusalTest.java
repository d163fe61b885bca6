package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the secondary refuses, or would do beyond what it is told. */
@WithDatabases
class RefusalTest {
  private final TestDatabases dbs;

  RefusalTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {"tsvector, 'my secret :", "tsquery, 'my secret :"})
  void aTextThatItsTypeCannotParseIsNotRepeated(String type, String text) {
    assertThatThrownBy(
            () ->
                dbs.query(
                    dbs.target(), "SELECT v::" + type + " FROM (VALUES ($$" + text + "$$)) t (v)"))
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> {
              assertThat(e.getSQLState()).isEqualTo("42601");
              assertThat(e.getMessage()).contains("secret");
              assertThat(Failures.refusesRow(e)).isTrue();
              assertThat(Failures.refusesTable(e)).isFalse();
              assertThat(Failures.describe(e))
                  .startsWith("the value was refused (42601")
                  .doesNotContain("secret");
            });
    assertThatThrownBy(() -> dbs.query(dbs.target(), "SELECT FROM FROM t"))
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> {
              assertThat(Failures.refusesRow(e)).isFalse();
              assertThat(Failures.refusesTable(e)).isTrue();
              assertThat(Failures.describe(e)).contains("syntax error at");
            });
  }

  /** Whatever rows there are, none gets through such a trigger. */
  @ParameterizedTest
  @ValueSource(strings = {"EXECUTE 'SELCT 1'", "SELECT 1"})
  void aTriggerThatIsWrongRefusesTheTable(String statement) throws Exception {
    dbs.execute(
        dbs.target(),
        "CREATE TABLE t (v text)",
        "CREATE FUNCTION wrong() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            + statement
            + "; RETURN new; END $$",
        "CREATE TRIGGER wrong BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION wrong()");

    assertThatThrownBy(() -> dbs.execute(dbs.target(), "INSERT INTO t VALUES ('a')"))
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> {
              assertThat(e.getSQLState()).isEqualTo("42601");
              assertThat(Failures.refusesRow(e)).isFalse();
              assertThat(Failures.refusesTable(e)).isTrue();
            });
  }

  @ParameterizedTest
  @CsvSource({"tsquery, good, bad :", "jsonpath, $.good, $.bad..", "regclass, pg_class, ..bad"})
  void aTextThatItsTypeCannotParseHoldsNoOtherRowBack(String type, String good, String bad)
      throws Exception {
    Bed bed = new Bed(dbs);
    dbs.execute(dbs.source(), "CREATE TABLE t (id int PRIMARY KEY, v text)");
    dbs.execute(dbs.target(), "CREATE TABLE t (id int PRIMARY KEY, v " + type + ")");
    for (int i = 1; i <= 5; i++) {
      String value = i == 3 ? bad : good;
      bed.change("INSERT INTO t VALUES (" + i + ", '" + value + "')", "public.t", "" + i);
    }

    bed.drain(bed.delivery("public.t"));

    assertThat(dbs.queryValue(dbs.target(), "SELECT string_agg(id::text, ' ' ORDER BY id) FROM t"))
        .isEqualTo("1 2 4 5");
    assertThat(bed.setAside()).isOne();
    assertThat(bed.pending()).isZero();
    assertThat(dbs.queryValue(dbs.source(), "SELECT reason FROM dualwrite.set_aside"))
        .contains("the value was refused (426")
        .doesNotContain("bad");
  }

  private void raising(String state) throws SQLException {
    dbs.execute(
        dbs.target(),
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.id = 3 THEN RAISE EXCEPTION 'secret' USING ERRCODE = '"
            + state
            + "'; END IF; RETURN new; END $$",
        "CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no()");
  }

  @ParameterizedTest
  @ValueSource(strings = {"45000", "AB123", "99999", "P0001", "20000", "21000", "38001", "54001"})
  void aRowThatATriggerRefusesHoldsNoOtherRowBack(String state) throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE t (id int PRIMARY KEY)");
    raising(state);
    for (int i = 1; i <= 5; i++) {
      bed.change("INSERT INTO t VALUES (" + i + ")", "public.t", "" + i);
    }

    bed.drain(bed.delivery("public.t"));

    assertThat(dbs.queryValue(dbs.target(), "SELECT string_agg(id::text, ' ' ORDER BY id) FROM t"))
        .isEqualTo("1 2 4 5");
    assertThat(bed.setAside()).isOne();
    assertThat(bed.pending()).isZero();
    assertThat(dbs.queryValue(dbs.source(), "SELECT reason FROM dualwrite.set_aside"))
        .startsWith("the value was refused (" + state)
        .doesNotContain("secret");
  }

  /** What it says is not of the row: another time, or with another table, it may be taken. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "08006", "25006", "40001", "42501", "53100", "55000", "55P03", "57014", "58030", "XX000"
      })
  void aFailureIsNoRefusalWhoeverSaysIt(String state) throws Exception {
    dbs.execute(dbs.target(), "CREATE TABLE t (id int PRIMARY KEY)");
    raising(state);

    assertThatThrownBy(() -> dbs.execute(dbs.target(), "INSERT INTO t VALUES (3)"))
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> {
              assertThat(e.getSQLState()).isEqualTo(state);
              assertThat(Failures.refusesRow(e)).isFalse();
            });
  }

  /** The driver's own and a pool's say nothing of a row, whatever SQLSTATE they have. */
  @Test
  void whatNoServerSaidIsNoRefusal() {
    assertThat(Failures.refusesRow(new SQLException("broken", "99999"))).isFalse();
    assertThat(Failures.refusesRow(new SQLException("closed", "HY000"))).isFalse();
  }

  private Bed family() throws SQLException {
    return new Bed(
        dbs,
        "CREATE TABLE a (id int PRIMARY KEY)",
        "CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE ON UPDATE CASCADE)",
        "CREATE TABLE c (id int PRIMARY KEY, b int REFERENCES b ON DELETE CASCADE)",
        "INSERT INTO a VALUES (1), (2)",
        "INSERT INTO b VALUES (1, 1), (2, 1)",
        "INSERT INTO c VALUES (1, 1), (2, 2)");
  }

  private void sameFamily() throws SQLException {
    dbs.assertSameRows("SELECT * FROM a ORDER BY id");
    dbs.assertSameRows("SELECT * FROM b ORDER BY id");
    dbs.assertSameRows("SELECT * FROM c ORDER BY id");
  }

  @Test
  @Guarantee("G1")
  void aDeleteDoesNotCascadeToWhatHangsOnARowThatMoved() throws Exception {
    Bed bed = family();
    bed.change("UPDATE b SET a = 2 WHERE id = 1", "public.b", "1");
    bed.change("DELETE FROM a WHERE id = 1", "public.a", "1");
    bed.drain(bed.delivery("public.a"));
    sameFamily();
    assertThat(bed.pending() + bed.setAside()).isZero();
  }

  @Test
  @Guarantee("G1")
  void aDeleteDoesNotCascadeToRowsThatNoEntryNames() throws Exception {
    Bed bed = family();
    bed.change("UPDATE a SET id = 3 WHERE id = 1", "public.a", "1");
    bed.change("SELECT 1", "public.a", "3");
    bed.drain(bed.delivery("public.a"));
    sameFamily();
    assertThat(bed.pending() + bed.setAside()).isZero();
  }

  @Test
  void aRepairDoesNotDeleteWhatHangsOnAnExtraRow() throws Exception {
    Bed bed = family();
    dbs.execute(dbs.source(), "UPDATE b SET a = 2", "DELETE FROM a WHERE id = 1");
    Lane lane = bed.lane("public.a");
    TablePair a = lane.tables().get(0);
    try (LockedCopy copy = LockedCopy.begin(bed.context(), lane)) {
      assertThatThrownBy(() -> copy.copy(a, List.of(new RowKey(List.of("1"))), true))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("public.b");
    }
    try (LockedCopy copy = LockedCopy.begin(bed.context(), lane)) {
      assertThat(copy.settle(lane, Map.of(a, List.of(new RowKey(List.of("1")))))).isEmpty();
      copy.commit();
    }
    sameFamily();
  }

  @Test
  void aDeleteCascadesAsOnThePrimary() throws Exception {
    Bed bed = family();
    bed.change("DELETE FROM a WHERE id = 1", "public.a", "1");
    bed.drain(bed.delivery("public.a"));
    sameFamily();
  }

  private Bed keyless() throws SQLException {
    MigrationConfig config =
        MigrationConfig.builder("test")
            .tables(
                new TablesConfig(
                    List.of("public.*"),
                    List.of(),
                    Map.of("public.b", TableOverride.builder().keylessRanges(true).build())))
            .build();
    Bed bed = new Bed(dbs, config);
    dbs.executeOnBoth(
        "CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (n int, a int REFERENCES a)");
    return bed;
  }

  @Test
  @Guarantee("G1")
  void rowsWithoutAKeyArriveWithTheirParent() throws Exception {
    Bed bed = keyless();
    bed.change("INSERT INTO a VALUES (1)", "public.a", "1");
    bed.change("INSERT INTO b VALUES (1, 1)", "public.b");
    bed.drain(bed.delivery("public.a"));
    dbs.assertSameRows("SELECT * FROM a");
    dbs.assertSameRows("SELECT * FROM b");
    assertThat(bed.pending()).isZero();
  }

  @Test
  void refusedRowsWithoutAKeyDoNotBlockTheLane() throws Exception {
    Bed bed = keyless();
    dbs.execute(dbs.target(), "ALTER TABLE b ADD CHECK (n < 100)");
    bed.change("INSERT INTO a VALUES (1)", "public.a", "1");
    bed.change("INSERT INTO b VALUES (1000, 1)", "public.b");
    bed.drain(bed.delivery("public.a"));
    dbs.assertSameRows("SELECT * FROM a");
    assertThat(bed.pending()).isOne();
  }

  /** To replace its rows would take those along that refer to them, which nobody would copy. */
  @ParameterizedTest
  @ValueSource(strings = {"CASCADE", "SET NULL", "SET DEFAULT"})
  @Guarantee("G1")
  void rowsThatReferToATableWithoutAKeyStayWhenItChanges(String action) throws Exception {
    MigrationConfig config =
        MigrationConfig.builder("test")
            .tables(
                new TablesConfig(
                    List.of("public.*"),
                    List.of(),
                    Map.of("public.k", TableOverride.builder().keylessRanges(true).build())))
            .build();
    Bed bed = new Bed(dbs, config);
    dbs.executeOnBoth(
        "CREATE TABLE k (id float8 PRIMARY KEY, v int)",
        "CREATE TABLE c (id int PRIMARY KEY, k float8 REFERENCES k ON DELETE " + action + ")",
        "INSERT INTO k VALUES (1, 1)",
        "INSERT INTO c VALUES (1, 1)");
    bed.change("UPDATE k SET v = 2", "public.k");
    bed.change("INSERT INTO c VALUES (2, NULL)", "public.c", "2");

    bed.drain(bed.delivery("public.c"));

    dbs.assertSameRows("SELECT * FROM c ORDER BY id");
    assertThat(bed.pending()).isOne();
    dbs.execute(dbs.target(), "ALTER TABLE c DROP CONSTRAINT c_k_fkey");
    bed.drain(bed.delivery("public.c"));
    dbs.assertSameRows("SELECT * FROM k");
    assertThat(bed.pending()).isZero();
  }

  @Test
  void aRefusedBatchIsDescribedWithoutItsValues() throws Exception {
    dbs.execute(dbs.target(), "CREATE TABLE t (email text CHECK (length(email) < 5))");
    try (Connection target = dbs.target().getConnection();
        PreparedStatement insert = target.prepareStatement("INSERT INTO t VALUES (?)")) {
      insert.setString(1, "someone@example.org");
      insert.addBatch();
      SQLException refused =
          Assertions.catchThrowableOfType(SQLException.class, insert::executeBatch);
      assertThat(Failures.describe(refused)).contains("t_email_check", "23514");
      assertThat(Failures.describe(refused)).doesNotContain("someone");
    }
  }
}
