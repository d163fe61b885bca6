package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.FailurePolicy;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.PgConnection;

/** A wrapped connection to a real server: what is journaled, what leads back, what a pool sees. */
@WithDatabases
class WrappedConnectionTest {
  private final TestDatabases dbs;

  WrappedConnectionTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  @Guarantee("G2")
  void whatIsMirroredIsJournaledAndWhatIsNotIsNot() throws Exception {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    try (Connection connection = migration.connect();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO notes VALUES (?, 'x')")) {
      for (int i = 1; i <= 12; i++) {
        // Past the threshold at which the driver prepares on the server, in both forms.
        migration.active = i % 3 != 0;
        insert.setInt(1, i);
        insert.executeUpdate();
      }
      connection.setAutoCommit(false);
      insert.setInt(1, 20);
      migration.active = true;
      insert.executeUpdate();
      connection.rollback();
    }
    assertThat(migration.journal())
        .containsExactly(
            "notes {1}",
            "notes {2}",
            "notes {4}",
            "notes {5}",
            "notes {7}",
            "notes {8}",
            "notes {10}",
            "notes {11}");
    assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM notes")).isEqualTo("12");
  }

  @Test
  @Guarantee("G2")
  void transactionControlThatNoPlanSeesStillPinsTheMode() throws Exception {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    migration.active = false;
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      Mirroring.OpenConnection open = ((DualConnection) connection).transaction();
      statement.execute("BEGIN");
      migration.active = true;
      statement.execute("INSERT INTO notes VALUES (1, 'in the gap')");
      assertThat(open.inPassThrough()).isTrue();
      statement.execute("COMMIT");
      assertThat(open.inPassThrough()).isFalse();
      statement.execute("INSERT INTO notes VALUES (2, 'mirrored')");
    }
    assertThat(migration.journal()).containsExactly("notes {2}");
  }

  @Test
  void aJournalThatIsDroppedDoesNotTakeTheApplicationDown() throws Exception {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    try (Connection connection = migration.connect();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO notes VALUES (?, 'x')")) {
      insert.setInt(1, 1);
      insert.executeUpdate();
      dbs.execute(dbs.source(), "ALTER TABLE dualwrite.journal RENAME TO gone");
      insert.setInt(1, 2);
      assertThat(insert.executeUpdate()).isEqualTo(1);
      migration.active = true;
      connection.setAutoCommit(false);
      insert.setInt(1, 3);
      assertThatThrownBy(insert::executeUpdate).isInstanceOf(SQLTransactionRollbackException.class);
      connection.rollback();
      assertThat(insert.executeUpdate()).isEqualTo(1);
      connection.commit();
    }
    assertThat(
            dbs.queryValue(dbs.source(), "SELECT string_agg(id::text, ' ' ORDER BY id) FROM notes"))
        .isEqualTo("1 2 3");
  }

  @Test
  void bestEffortKeepsKeysInMemory() throws Exception {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.BEST_EFFORT);
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO notes VALUES (?, 'x')")) {
      insert.setInt(1, 1);
      insert.executeUpdate();
      insert.setInt(1, 2);
      insert.addBatch();
      insert.setInt(1, 3);
      insert.addBatch();
      insert.executeBatch();
      statement.executeUpdate("UPDATE notes SET note = 'y' WHERE id > 2");
      statement.executeUpdate("UPDATE notes SET note = 'z' WHERE id > 99");
    }
    assertThat(migration.journal()).isEmpty();
    assertThat(migration.events)
        .containsExactly(
            "BEST_EFFORT notes[[1]]", "BEST_EFFORT notes[[2], [3]]", "BEST_EFFORT notes[[3]]");
  }

  @Test
  @Guarantee("G8")
  void whatCannotBeMirroredIsReported() throws Exception {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement();
        CallableStatement call = connection.prepareCall("{? = call writes(?)}")) {
      call.registerOutParameter(1, Types.INTEGER);
      call.setInt(2, 5);
      call.execute();
      assertThat(call.getInt(1)).isEqualTo(5);
      statement.executeQuery("SELECT writes(6)").close();
      statement.execute("ALTER TABLE notes ADD COLUMN more int");
      statement.executeUpdate("INSERT INTO notes VALUES (1, 'x', 2)");
    }
    assertThat(migration.events)
        .hasSize(4)
        .allMatch(event -> event.matches("unmirrored (call|function|ddl)|RECOVER notes\\[]"));
    assertThat(migration.journal()).containsExactly("notes {1}");
  }

  @Test
  void everyObjectLeadsBack() throws Exception {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
      try (ResultSet tables = connection.getMetaData().getTables(null, "public", "%", null);
          Statement inner = tables.getStatement()) {
        assertThat(inner.getConnection()).isSameAs(connection);
      }
      statement.executeUpdate(
          "INSERT INTO orders (code) VALUES ('x')", Statement.RETURN_GENERATED_KEYS);
      try (ResultSet keys = statement.getGeneratedKeys()) {
        assertThat(keys.getStatement()).isSameAs(statement);
      }
      try (ResultSet rows = statement.executeQuery("SELECT ARRAY[1, 2], ARRAY[3]")) {
        assertThat(rows.next()).isTrue();
        for (Array array :
            List.of(rows.getArray(1), (Array) rows.getObject(2), rows.getObject(1, Array.class))) {
          try (ResultSet elements = array.getResultSet();
              Statement inner = elements.getStatement()) {
            assertThat(inner.getConnection()).isSameAs(connection);
          }
        }
        try (PreparedStatement select = connection.prepareStatement("SELECT 1 = ANY (?)")) {
          select.setArray(1, rows.getArray(1));
          try (ResultSet found = select.executeQuery()) {
            assertThat(found.next() && found.getBoolean(1)).isTrue();
            assertThat(found.getStatement()).isSameAs(select);
          }
          select.setObject(1, rows.getObject(2));
          try (ResultSet found = select.executeQuery()) {
            assertThat(found.next() && !found.getBoolean(1)).isTrue();
          }
        }
      }
      connection.setAutoCommit(false);
      try (ResultSet rows = statement.executeQuery("SELECT numbers()")) {
        assertThat(rows.next()).isTrue();
        try (ResultSet numbers = (ResultSet) rows.getObject(1);
            Statement inner = numbers.getStatement()) {
          assertThat(inner.getConnection()).isSameAs(connection);
        }
      }
      connection.rollback();
    }
  }

  @Test
  void aPoolBehindItIsSeenThrough() throws Exception {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(dbs.sourceUrl());
    config.setMaximumPoolSize(1);
    PhysicalSessions sessions = new PhysicalSessions();
    try (HikariDataSource pool = new HikariDataSource(config)) {
      SessionNames first;
      try (Connection connection =
              DualConnection.wrap(pool.getConnection(), migration, migration.names);
          Statement statement = connection.createStatement()) {
        first = sessions.of(connection.unwrap(PgConnection.class));
        assertThat(connection.isWrapperFor(PGConnection.class)).isTrue();
        assertThat(connection.unwrap(PGConnection.class)).isSameAs(connection);
        statement.execute("BEGIN");
        statement.execute("INSERT INTO notes VALUES (1, 'x')");
        statement.execute("COMMIT");
      }
      try (Connection raw = pool.getConnection()) {
        assertThat(sessions.of(raw)).isSameAs(first);
      }
      try (Connection connection =
          DualConnection.wrap(pool.getConnection(), migration, migration.names)) {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
          statement.execute("INSERT INTO notes VALUES (2, 'left open, so the pool rolls back')");
        }
      }
    }
    assertThat(migration.events).containsExactly("bypass unwrap:PgConnection", "RECOVER notes[]");
    assertThat(migration.journal()).containsExactly("notes {1}");
  }
}
