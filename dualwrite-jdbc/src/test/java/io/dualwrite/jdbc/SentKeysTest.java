package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.ByteArrayInputStream;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Arrays;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.AutoSave;

/**
 * Large batches of inserts run as they were written once the first has shown that they are large,
 * and have their keys journaled behind them.
 */
@WithDatabases
class SentKeysTest {
  private static final int ROWS = 200;

  private final TestDatabases dbs;
  private DualWriteDataSource dataSource;
  private Connection connection;

  SentKeysTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void open() throws SQLException {
    dbs.executeOnBoth(
        "CREATE TABLE n (id bigint PRIMARY KEY, name text)",
        "CREATE TABLE c (a uuid, \"B\" varchar(20), x int, PRIMARY KEY (\"B\", a))");
    open(dbs.target());
  }

  private void open(DataSource target) throws SQLException {
    dataSource =
        DualWriteDataSource.builder()
            .config(MigrationConfig.builder("test").build())
            .source(dbs.source())
            .target(target)
            .build();
    connection = dataSource.getConnection();
    connection.setAutoCommit(false);
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    dataSource.close();
  }

  private int[] numbers(int from, String sql) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (int i = from; i < from + ROWS; i++) {
        insert.setString(1, "name " + i);
        insert.setLong(2, i);
        insert.addBatch();
      }
      return insert.executeBatch();
    }
  }

  private int[] numbers(int from) throws SQLException {
    return numbers(from, "INSERT INTO n (name, id) VALUES (upper(?), ?)");
  }

  private String journal(String what) throws SQLException {
    return dbs.queryValue(dbs.source(), "SELECT " + what + " FROM dualwrite.journal");
  }

  private void sameRows(String table, int count) {
    await().until(() -> journal("count(*)").equals("0"));
    try {
      dbs.assertSameRows("SELECT * FROM " + table + " ORDER BY 1, 2");
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM " + table))
          .isEqualTo(Integer.toString(count));
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSecondLargeBatchIsNamedByRuns() throws Exception {
    close();
    PGSimpleDataSource nowhere = new PGSimpleDataSource();
    nowhere.setURL("jdbc:postgresql://127.0.0.1:1/nowhere");
    open(nowhere);
    int[] first = numbers(1);
    assertThat(journal("count(*)")).isEqualTo("0");
    int[] second = numbers(1001);
    connection.commit();
    assertThat(journal("count(key) || ' ' || string_agg(range_from || '-' || range_to, ',')"))
        .isEqualTo(ROWS + " 1001-1023,1024-1200");
    assertThat(second).isEqualTo(first).hasSize(ROWS).containsOnly(1);
    close();
    open(dbs.target());
    sameRows("n", 2 * ROWS);
  }

  @Test
  void compositeKeysOfTextAndUuid() throws Exception {
    for (int batch = 0; batch < 3; batch++) {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO c (x, a, \"B\") VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
        for (int i = 0; i < ROWS; i++) {
          insert.setInt(1, i);
          insert.setObject(2, new UUID(batch / 2, i));
          insert.setString(3, "k \"" + i + "',{");
          insert.addBatch();
        }
        assertThat(Arrays.stream(insert.executeBatch()).sum()).isEqualTo(batch == 1 ? 0 : ROWS);
      }
    }
    connection.commit();
    sameRows("c", 2 * ROWS);
  }

  @Test
  @Guarantee("G3")
  void aBatchThatFailsIsAsOnTheBareConnectionAndNeverArrives() throws Exception {
    numbers(1);
    connection.commit();
    dbs.execute(dbs.source(), "ALTER TABLE n ADD CHECK (id <> 1100)");
    assertThatThrownBy(() -> numbers(1001))
        .isInstanceOfSatisfying(
            BatchUpdateException.class,
            e -> {
              assertThat(e.getSQLState()).isEqualTo("23514");
              assertThat(e.getUpdateCounts()).hasSize(ROWS);
            });
    connection.rollback();
    numbers(2001);
    connection.commit();
    sameRows("n", 2 * ROWS);
  }

  @Test
  @Guarantee("G1")
  void aTriggerThatIsNewerThanThePlanHasTheWholeTableCopied() throws Exception {
    numbers(1);
    connection.commit();
    dbs.execute(
        dbs.source(),
        "CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := NEW.id + 100000; RETURN NEW; END $$",
        "CREATE TRIGGER shift BEFORE INSERT ON n FOR EACH ROW EXECUTE FUNCTION shift()");
    numbers(1001);
    connection.commit();
    sameRows("n", 2 * ROWS);
    assertThat(dbs.queryValue(dbs.target(), "SELECT max(id) FROM n")).isEqualTo("101200");
  }

  @Test
  @Guarantee("G1")
  void aBatchAddedInATransactionAndRunInAutoCommit() throws Exception {
    numbers(1);
    connection.commit();
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO n (name, id) VALUES (upper(?), ?)")) {
      for (int i = 0; i < ROWS; i++) {
        insert.setString(1, "x");
        insert.setShort(2, (short) (i + 2000));
        insert.addBatch();
      }
      connection.setAutoCommit(true);
      insert.executeBatch();
      insert.setString(1, "one more");
      insert.setInt(2, 7777);
      assertThat(insert.executeUpdate()).isEqualTo(1);
    }
    sameRows("n", 2 * ROWS + 1);
  }

  @Test
  void valuesThatSayNoKeyByThemselves() throws Exception {
    numbers(1);
    connection.commit();
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO n (name, id) VALUES (upper(?), ?)")) {
      for (int i = 0; i < ROWS; i++) {
        insert.setString(1, "x");
        insert.setObject(2, new java.math.BigDecimal(i + 5000));
        insert.addBatch();
      }
      insert.executeBatch();
    }
    connection.commit();
    sameRows("n", 2 * ROWS);
  }

  private interface Setting {
    void set(PreparedStatement insert, int row) throws SQLException;
  }

  /** Runs three batches of the same statement. */
  private void batches(String sql, Setting setting) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (int i = 0; i < 3 * ROWS; i++) {
        setting.set(insert, i);
        insert.addBatch();
        if (i % ROWS == ROWS - 1) {
          insert.executeBatch();
        }
      }
    }
    connection.commit();
  }

  @Test
  void valuesThatCanBeReadOnlyOnce() throws Exception {
    dbs.executeOnBoth("CREATE TABLE s (id int PRIMARY KEY, first bytea, other bytea)");
    batches(
        "INSERT INTO s (id, first, other) VALUES (?, ?, ?)",
        (insert, i) -> {
          insert.setInt(1, i);
          insert.setBytes(2, new byte[] {1});
          insert.setBinaryStream(3, new ByteArrayInputStream(new byte[] {(byte) i}));
        });
    for (int batch = 3; batch < 6; batch++) {
      int from = batch * ROWS;
      batches(
          "INSERT INTO s (id, first) VALUES (?, ?)",
          (insert, i) -> {
            insert.setInt(1, from * 3 + i);
            if (i % 2 == 0) {
              insert.setNull(2, Types.BINARY);
            } else {
              insert.setBinaryStream(2, new ByteArrayInputStream(new byte[] {(byte) i}));
            }
          });
    }
    sameRows("s", 12 * ROWS);
  }

  @Test
  @Guarantee("G1")
  void keysThatTheDriverConverts() throws Exception {
    dbs.executeOnBoth(
        "CREATE TABLE i (id int PRIMARY KEY)",
        "CREATE TABLE w (id text PRIMARY KEY)",
        "CREATE TABLE p (id text PRIMARY KEY)");
    batches(
        "INSERT INTO i (id) VALUES (?)",
        (insert, i) -> insert.setObject(1, 65_536 * 3 + i, Types.SMALLINT));
    batches(
        "INSERT INTO w (id) VALUES (?)", (insert, i) -> insert.setObject(1, i, Types.NUMERIC, 2));
    batches(
        "INSERT INTO p (id) VALUES (?)", (insert, i) -> insert.setObject(1, i + "  ", Types.CHAR));
    for (String table : new String[] {"i", "w", "p"}) {
      await().until(() -> journal("count(*)").equals("0"));
      dbs.assertSameRows("SELECT * FROM " + table + " ORDER BY 1");
    }
  }

  @Test
  void afterABatchThatDoesNotSayItsKeysRowsAreNamedByTheirStatements() throws Exception {
    batches(
        "INSERT INTO n (id) VALUES (?)",
        (insert, i) -> insert.setBigDecimal(1, new java.math.BigDecimal(i)));
    close();
    PGSimpleDataSource nowhere = new PGSimpleDataSource();
    nowhere.setURL("jdbc:postgresql://127.0.0.1:1/nowhere");
    open(dbs.target());
    sameRows("n", 3 * ROWS);
    close();
    open(nowhere);
    String sql = "INSERT INTO n (id) VALUES (?)";
    for (int batch = 1; batch <= 3; batch++) {
      int from = batch * 10_000;
      try (PreparedStatement insert = connection.prepareStatement(sql)) {
        for (int i = 0; i < ROWS; i++) {
          insert.setBigDecimal(1, new java.math.BigDecimal(from + i));
          insert.addBatch();
        }
        insert.executeBatch();
      }
    }
    connection.commit();
    assertThat(journal("count(*) FILTER (WHERE key IS NULL AND range_from IS NULL)"))
        .isEqualTo("1");
    close();
    open(dbs.target());
  }

  @Test
  @Guarantee("G1")
  void aFieldOfACompositeNamedAsTheKey() throws Exception {
    dbs.executeOnBoth(
        "CREATE TYPE pair AS (id int, x int)", "CREATE TABLE k (id int PRIMARY KEY, p pair)");
    batches(
        "INSERT INTO k (p.id, id) VALUES (?, ?)",
        (insert, i) -> {
          insert.setInt(1, 7);
          insert.setInt(2, i);
        });
    sameRows("k", 3 * ROWS);
  }

  @Test
  void aRowByItselfWhileOthersWait() throws Exception {
    numbers(1);
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO n (name, id) VALUES (upper(?), ?)")) {
      insert.setString(1, "x");
      insert.setInt(2, 5001);
      insert.addBatch();
      insert.setInt(2, 5002);
      assertThat(insert.executeUpdate()).isEqualTo(1);
      insert.setInt(2, 5003);
      insert.addBatch();
      assertThat(insert.executeBatch()).containsExactly(1, 1);
    }
    connection.commit();
    sameRows("n", ROWS + 3);
  }

  @Test
  @Guarantee("G1")
  void noRowStaysWithoutItsEntryWhereTheDriverTakesBackWhatFails() throws Exception {
    connection.unwrap(PGConnection.class).setAutosave(AutoSave.ALWAYS);
    numbers(1);
    connection.commit();
    dbs.execute(
        dbs.source(),
        "ALTER TABLE dualwrite.journal ADD CONSTRAINT refused CHECK (false) NOT VALID");
    assertThatThrownBy(() -> numbers(1001)).isInstanceOf(SQLException.class);
    dbs.execute(dbs.source(), "ALTER TABLE dualwrite.journal DROP CONSTRAINT refused");
    connection.commit();
    sameRows("n", ROWS);
  }
}
