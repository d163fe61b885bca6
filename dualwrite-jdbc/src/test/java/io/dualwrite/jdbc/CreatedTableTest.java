package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.UnreadCatalogException;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/**
 * What a transaction writes to a table that it has itself created, as scripts of schema changes do.
 */
@WithDatabases
class CreatedTableTest {
  private static final String ITEM = "CREATE TABLE item (id int PRIMARY KEY, name text)";
  private static final String ROWS = "SELECT * FROM item ORDER BY 1";

  private final TestDatabases dbs;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  CreatedTableTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private interface Work {
    void on(Connection connection, Statement statement) throws Exception;
  }

  /** In one transaction, on tables that the target has already; auto-commit is off. */
  private void inOne(FailurePolicy policy, Work work) throws Exception {
    inOne(PatientConfig.builder().failurePolicy(policy).build(), work);
  }

  private void inOne(MigrationConfig config, Work work) throws Exception {
    dbs.executeOnBoth("CREATE TABLE old (id int PRIMARY KEY, name text)");
    try (DualWriteDataSource ds =
            DualWriteDataSource.builder()
                .config(config)
                .source(dbs.source())
                .target(dbs.target())
                .meterRegistry(meters)
                .build();
        Connection connection = ds.getConnection();
        Statement statement = connection.createStatement()) {
      Awaitility.await().until(() -> ds.migration().delivery().lane("public.old").isPresent());
      connection.setAutoCommit(false);
      work.on(connection, statement);
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
    }
  }

  private Set<String> unmirrored() {
    Set<String> reasons = new TreeSet<>();
    for (Counter counter : meters.find("dualwrite.unmirrored").counters()) {
      if (counter.count() > 0) {
        reasons.add(String.valueOf(counter.getId().getTag("reason")));
      }
    }
    return reasons;
  }

  private void awaitEmptyJournal() {
    Awaitility.await()
        .until(() -> dbs.query(dbs.source(), "SELECT FROM dualwrite.journal LIMIT 1").isEmpty());
  }

  @ParameterizedTest
  @EnumSource(names = {"RECOVER", "BEST_EFFORT"})
  @Guarantee("G1")
  void itsRowsArrive(FailurePolicy policy) throws Exception {
    dbs.execute(dbs.target(), ITEM);
    inOne(
        policy,
        (connection, s) -> {
          s.execute(ITEM);
          s.executeUpdate("INSERT INTO item VALUES (1, 'one'), (2, 'two')");
          assertThat(dbs.query(dbs.target(), ROWS)).isEmpty();
          try (PreparedStatement insert =
              connection.prepareStatement("INSERT INTO public.item VALUES (?, ?)")) {
            for (int i = 3; i < 60; i++) {
              insert.setInt(1, i);
              insert.setString(2, "row " + i);
              insert.addBatch();
            }
            insert.executeBatch();
          }
          s.executeUpdate("UPDATE item SET name = 'ONE' WHERE id = 1");
          s.executeUpdate("DELETE FROM item WHERE id = 2");
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn("COPY item FROM STDIN", new StringReader("100\tloaded\n"));
          connection.commit();
          dbs.awaitSameRows(ROWS);
          s.executeUpdate("INSERT INTO item VALUES (200, 'next transaction')");
          connection.commit();
          dbs.awaitSameRows(ROWS);
          awaitEmptyJournal();
          assertThat(unmirrored()).isEmpty();
        });
  }

  @Test
  @Guarantee("G1")
  void itsRowsArriveWhereTheTransactionIsBegunInSql() throws Exception {
    dbs.execute(dbs.target(), ITEM);
    inOne(
        FailurePolicy.RECOVER,
        (connection, s) -> {
          connection.setAutoCommit(true);
          s.execute("BEGIN");
          s.execute(ITEM);
          s.execute("INSERT INTO item VALUES (1, 'one')");
          assertThat(dbs.queryValue(dbs.source(), "SELECT to_regclass('item')")).isNull();
          s.execute("COMMIT AND CHAIN");
          s.execute("INSERT INTO item VALUES (2, 'two')");
          s.execute("COMMIT");
          dbs.awaitSameRows(ROWS);
          assertThat(dbs.query(dbs.target(), ROWS)).hasSize(2);
          assertThat(unmirrored()).isEmpty();
        });
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Connection.TRANSACTION_READ_COMMITTED,
        Connection.TRANSACTION_REPEATABLE_READ,
        Connection.TRANSACTION_SERIALIZABLE
      })
  @Guarantee("G7")
  void theTransactionIsAsOnTheBareConnection(int isolation) throws Exception {
    dbs.execute(dbs.target(), "CREATE SCHEMA app", "CREATE TABLE app.item (id int PRIMARY KEY)");
    inOne(
        FailurePolicy.RECOVER,
        (connection, s) -> {
          connection.setTransactionIsolation(isolation);
          s.execute("CREATE SCHEMA app");
          s.execute("SET LOCAL search_path = app, public");
          s.execute("SAVEPOINT dualwrite_catalog");
          s.execute("CREATE TABLE item (id int PRIMARY KEY)");
          s.execute("DECLARE c CURSOR FOR SELECT generate_series(1, 3)");
          s.execute("FETCH c");
          assertThat(s.executeUpdate("INSERT INTO item VALUES (1)")).isEqualTo(1);
          assertThat((Object) s.getWarnings()).isNull();
          assertThat((Object) connection.getWarnings()).isNull();
          assertThat(value(s, "SHOW search_path")).isEqualTo("app, public");
          assertThat(value(s, "FETCH c")).isEqualTo("2");
          s.execute("ROLLBACK TO SAVEPOINT dualwrite_catalog");
          assertThat(value(s, "SELECT to_regclass('item')")).isNull();
          s.execute("CREATE TABLE item (id int PRIMARY KEY)");
          s.execute("INSERT INTO item VALUES (2)");
          connection.commit();
          assertThat(value(s, "SHOW search_path")).isEqualTo("\"$user\", public");
          dbs.awaitSameRows("SELECT * FROM app.item");
          assertThat(dbs.queryValue(dbs.target(), "SELECT id FROM app.item")).isEqualTo("2");
          awaitEmptyJournal();
        });
  }

  private static String value(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  @Guarantee("G3")
  void whatIsRolledBackIsForgotten() throws Exception {
    dbs.execute(dbs.target(), "CREATE TABLE item (number int PRIMARY KEY, name text)");
    inOne(
        FailurePolicy.RECOVER,
        (connection, s) -> {
          try (PreparedStatement insert =
              connection.prepareStatement("INSERT INTO item VALUES (?, 'x')")) {
            s.execute(ITEM);
            insert.setInt(1, 1);
            insert.executeUpdate();
            connection.rollback();
            assertThat(dbs.query(dbs.source(), "SELECT FROM dualwrite.journal")).isEmpty();
            assertThatThrownBy(insert::executeUpdate)
                .hasFieldOrPropertyWithValue("SQLState", "42P01");
            connection.rollback();
            Savepoint before = connection.setSavepoint();
            s.execute(ITEM);
            insert.executeUpdate();
            connection.rollback(before);
            s.execute("CREATE TABLE item (number int PRIMARY KEY, name text)");
            insert.setInt(1, 2);
            insert.executeUpdate();
            connection.commit();
          }
          dbs.awaitSameRows(ROWS);
          assertThat(dbs.queryValue(dbs.target(), "SELECT number FROM item")).isEqualTo("2");
          awaitEmptyJournal();
          assertThat(unmirrored()).isEmpty();
        });
  }

  @Test
  @Guarantee("G1")
  void tablesThatReplaceOrExtendOthers() throws Exception {
    String[] parts = {"CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id)"};
    dbs.executeOnBoth(parts);
    String partition = "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10)";
    dbs.execute(
        dbs.target(),
        ITEM + "; ALTER TABLE item ADD COLUMN price int",
        "CREATE TABLE replaced (code text PRIMARY KEY, n int)",
        partition);
    dbs.execute(dbs.source(), "CREATE TABLE replaced (id int PRIMARY KEY)");
    inOne(
        FailurePolicy.RECOVER,
        (connection, s) -> {
          s.execute(ITEM);
          s.execute("INSERT INTO item VALUES (1, 'one')");
          s.execute("ALTER TABLE item ADD COLUMN price int");
          s.execute("INSERT INTO item VALUES (2, 'two', 5)");
          s.execute("DROP TABLE replaced");
          s.execute("CREATE TABLE replaced (code text PRIMARY KEY, n int)");
          s.execute("INSERT INTO replaced VALUES ('a', 1)");
          s.execute(partition);
          s.execute("INSERT INTO part_1 VALUES (1)");
          s.execute("INSERT INTO part VALUES (2)");
          connection.commit();
          dbs.awaitSameRows(ROWS);
          dbs.awaitSameRows("SELECT * FROM replaced");
          dbs.awaitSameRows("SELECT * FROM part ORDER BY id");
          assertThat(dbs.query(dbs.target(), "SELECT * FROM part")).hasSize(2);
          awaitEmptyJournal();
          assertThat(unmirrored()).containsExactly("ddl");
        });
  }

  @Test
  @Guarantee("G1")
  void aColumnIsAddedToAKnownTableAndFilled() throws Exception {
    inOne(
        FailurePolicy.RECOVER,
        (connection, s) -> {
          dbs.execute(dbs.target(), "ALTER TABLE old ADD COLUMN price int");
          s.execute("ALTER TABLE old ADD COLUMN price int");
          s.execute("INSERT INTO old VALUES (1, 'one', 5)");
          connection.commit();
          dbs.awaitSameRows("SELECT * FROM old");
          awaitEmptyJournal();
          assertThat(unmirrored()).containsExactly("ddl");
        });
  }

  @Test
  @Guarantee("G1")
  void aCascadeByANewForeignKeyIsSeen() throws Exception {
    dbs.executeOnBoth("CREATE TABLE child (id int PRIMARY KEY, item int)");
    String reference = "ALTER TABLE child ADD FOREIGN KEY (item) REFERENCES item";
    dbs.execute(dbs.target(), ITEM, reference);
    inOne(
        FailurePolicy.RECOVER,
        (connection, s) -> {
          s.execute("INSERT INTO child VALUES (1, null)");
          connection.commit();
          dbs.awaitSameRows("SELECT * FROM child");
          s.execute(ITEM);
          s.execute(reference);
          s.execute("INSERT INTO item VALUES (1, 'one')");
          s.execute("TRUNCATE item CASCADE");
          s.execute("INSERT INTO item VALUES (2, 'two')");
          connection.commit();
          dbs.awaitSameRows(ROWS);
          dbs.awaitSameRows("SELECT * FROM child");
          assertThat(dbs.query(dbs.target(), "SELECT * FROM child")).isEmpty();
        });
  }

  @Test
  @Guarantee("G8")
  void tablesFilledAsTheyAreCreatedAreStillCounted() throws Exception {
    inOne(
        FailurePolicy.RECOVER,
        (connection, s) -> {
          s.execute("CREATE TABLE copied AS SELECT 1 AS id");
          s.execute("SELECT 1 AS id INTO copied_too");
          assertThat(unmirrored()).containsExactly("create-as");
          s.execute("CREATE TEMP TABLE scratch (id int PRIMARY KEY)");
          s.execute("INSERT INTO scratch VALUES (1)");
          assertThat(dbs.query(dbs.source(), "SELECT FROM dualwrite.journal")).isEmpty();
          s.execute("CREATE TABLE pg_temp.t (id int)");
          s.execute("INSERT INTO pg_temp.t VALUES (1)");
          assertThat(unmirrored()).containsExactly("create-as");
        });
  }

  @Test
  @Guarantee("G8")
  void underStrictItsRowsAreCountedAndTheOthersArriveWithTheCommit() throws Exception {
    dbs.execute(dbs.target(), ITEM);
    inOne(
        FailurePolicy.STRICT,
        (connection, s) -> {
          s.execute(ITEM);
          s.executeUpdate("INSERT INTO item VALUES (1, 'one')");
          s.executeUpdate("INSERT INTO old VALUES (1, 'one')");
          connection.commit();
          dbs.assertSameRows("SELECT * FROM old");
          assertThat(dbs.query(dbs.target(), ROWS)).isEmpty();
          assertThat(unmirrored()).containsExactly("new");
        });
  }

  @Test
  @Guarantee("G1")
  void beforeAStrictCommitOfOtherTablesItsRowsAreJournaled() throws Exception {
    dbs.execute(dbs.target(), ITEM);
    TableOverride strict = TableOverride.builder().failurePolicy(FailurePolicy.STRICT).build();
    TablesConfig tables = new TablesConfig(List.of("*.*"), List.of(), Map.of("public.old", strict));
    inOne(
        MigrationConfig.builder("test").tables(tables).build(),
        (connection, s) -> {
          s.execute(ITEM);
          s.executeUpdate("INSERT INTO item VALUES (1, 'one')");
          s.executeUpdate("INSERT INTO old VALUES (1, 'one')");
          connection.commit();
          dbs.assertSameRows("SELECT * FROM old");
          dbs.awaitSameRows(ROWS);
          awaitEmptyJournal();
          assertThat(unmirrored()).isEmpty();
        });
  }

  @Test
  @Guarantee("G7")
  void aCatalogThatCannotBeReadLeavesTheTransactionAsItWas() throws Exception {
    try (Connection connection = dbs.source().getConnection();
        Statement s = connection.createStatement()) {
      connection.setAutoCommit(false);
      s.execute("CREATE ROLE created_table_reader");
      s.execute("REVOKE SELECT ON pg_catalog.pg_index FROM PUBLIC");
      s.execute("SET LOCAL ROLE created_table_reader");
      assertThatThrownBy(() -> Catalog.readUncommitted(connection, "dualwrite"))
          .isInstanceOf(UnreadCatalogException.class)
          .hasFieldOrPropertyWithValue("SQLState", "42501");
      assertThat(value(s, "SELECT current_user")).isEqualTo("created_table_reader");
      assertThat(value(s, "SHOW search_path")).isEqualTo("\"$user\", public");
      connection.rollback();
    }
  }
}
