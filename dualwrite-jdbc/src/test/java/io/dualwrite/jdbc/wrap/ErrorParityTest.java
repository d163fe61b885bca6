package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.FailurePolicy;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Errors say what they say on the bare connection: positions, quoted texts, details, counts. */
@WithDatabases
@Guarantee("G7")
class ErrorParityTest {
  private static final List<String> FAILING =
      List.of(
          "INSERT INTO notes (id, nothing) VALUES (1, 'x')",
          "/* é\uD83D\uDE00 */ INSERT INTO notes VALUES (1, nothing); ",
          "INSERT INTO notes VALUES (1, 'x', 'too many')",
          "INSERT INTO notes VALUES (1, 'x') RETURNING id, nothing",
          "INSERT INTO notes VALUES (1, 'x') ON CONFLICT (note) DO NOTHING",
          "INSERT INTO notes VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.nothing",
          "UPDATE notes SET note = ",
          "UPDATE notes SET note = 'x' WHERE",
          "UPDATE notes SET note = 'x' WHERE id = 'no number'",
          "UPDATE notes SET id = id + nothing WHERE id < 3 AND note = 'x'",
          "UPDATE notes n SET id = 5 FROM orders WHERE orders.id = n.nothing",
          "UPDATE notes SET note = 'x' WERE id = 1",
          "DELETE FROM notes WHERE id = nothing(1) OR true",
          "DELETE FROM notes USING orders WHERE orders.qty = notes.nothing",
          "WITH a AS (INSERT INTO notes VALUES (1, nothing) RETURNING id) SELECT * FROM a",
          "WITH a (x) AS (INSERT INTO notes VALUES (1, 'x') RETURNING id), b AS (DELETE FROM orders RETURNING nothing) SELECT x FROM a",
          "WITH a (x) AS (INSERT INTO notes VALUES (1, 'x') RETURNING id) SELECT x, nothing FROM a",
          "WITH a AS (INSERT INTO notes VALUES (1, 'x')) SELECT * FROM a",
          "MERGE INTO notes USING orders ON notes.id = orders.id WHEN MATCHED THEN UPDATE SET note = nothing",
          "INSERT INTO notes VALUES (7, 'x'), (7, 'y')",
          "INSERT INTO notes VALUES (NULL, 'x')",
          "INSERT INTO nowhere VALUES (1)",
          "TRUNCATE notes, nowhere");

  private static final List<String> FAILING_WITH_PARAMETERS =
      List.of(
          "INSERT INTO notes (id, note, nothing) VALUES (?, ?, 1)",
          "UPDATE notes SET note = ? WHERE id = ? AND nothing",
          "UPDATE notes SET id = ?, note = ? WHERE to_jsonb(notes) ?? 'note' AND nothing = 1",
          "DELETE FROM notes WHERE id = ? AND note = ? AND nothing IN (1)",
          "DELETE FROM notes WHERE id = ? AND note = ? AND",
          "INSERT INTO notes VALUES (?, ?), (1, 'x'), (1, 'y')");

  private final TestDatabases dbs;

  ErrorParityTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private interface Scene {
    void play(Connection connection, List<String> seen) throws SQLException;
  }

  private void compare(Scene scene) throws SQLException {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    for (boolean autoCommit : new boolean[] {true, false}) {
      List<String> bare = new ArrayList<>();
      List<String> wrapped = new ArrayList<>();
      try (Connection connection = dbs.target().getConnection()) {
        connection.setAutoCommit(autoCommit);
        scene.play(connection, bare);
        connection.setAutoCommit(true);
      }
      try (Connection connection = migration.connect()) {
        connection.setAutoCommit(autoCommit);
        scene.play(connection, wrapped);
        connection.setAutoCommit(true);
      }
      SoftAssertions each = new SoftAssertions();
      for (int i = 0; i < bare.size(); i++) {
        each.assertThat(wrapped.get(i)).isEqualTo(bare.get(i));
      }
      each.assertAll();
      assertThat(wrapped).hasSameSizeAs(bare);
      dbs.assertSameRows("SELECT * FROM notes ORDER BY id");
    }
  }

  @Test
  void ofStatements() throws SQLException {
    compare(
        (connection, seen) -> {
          for (String sql : FAILING) {
            try (Statement statement = connection.createStatement()) {
              statement.execute(sql);
              seen.add(sql + ": succeeded");
            } catch (SQLException e) {
              seen.add(sql + ": " + told(e));
            }
            rollBack(connection);
          }
        });
  }

  @Test
  void ofPreparedStatements() throws SQLException {
    compare(
        (connection, seen) -> {
          for (String sql : FAILING_WITH_PARAMETERS) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
              statement.setInt(1, 3);
              statement.setString(2, "two");
              statement.executeUpdate();
              seen.add(sql + ": succeeded");
            } catch (SQLException e) {
              seen.add(sql + ": " + told(e));
            }
            rollBack(connection);
          }
        });
  }

  @Test
  void ofBatches() throws SQLException {
    compare(
        (connection, seen) -> {
          for (String sql : FAILING_WITH_PARAMETERS) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
              for (int i = 0; i < 3; i++) {
                statement.setInt(1, 10 + i % 2);
                statement.setString(2, "RETURNING");
                statement.addBatch();
              }
              seen.add(Arrays.toString(statement.executeBatch()));
            } catch (SQLException e) {
              seen.add(sql + ": " + told(e));
            }
            rollBack(connection);
          }
          try (Statement statement = connection.createStatement()) {
            statement.addBatch("INSERT INTO notes VALUES (20, 'x')");
            statement.addBatch("SELECT 1");
            statement.addBatch("INSERT INTO notes VALUES (20, nothing)");
            statement.addBatch("INSERT INTO notes VALUES (21, 'x')");
            seen.add(Arrays.toString(statement.executeBatch()));
          } catch (SQLException e) {
            seen.add(told(e));
          }
          rollBack(connection);
          try (Statement statement = connection.createStatement()) {
            statement.addBatch("INSERT INTO notes VALUES (20, 'x')");
            statement.addBatch("UPDATE orders SET qty = 1 WHERE id = nothing");
            statement.addBatch("INSERT INTO notes VALUES (21, 'x')");
            seen.add(Arrays.toString(statement.executeLargeBatch()));
          } catch (SQLException e) {
            seen.add(told(e));
          }
          rollBack(connection);
        });
  }

  @Test
  void theDriversTimeOutEndsTheStatementThatRuns() throws SQLException {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    try (Connection connection = migration.connect();
        PreparedStatement slow =
            connection.prepareStatement("INSERT INTO notes SELECT 1 FROM pg_sleep(20)")) {
      slow.setQueryTimeout(1);
      assertThatThrownBy(slow::executeUpdate)
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
    }
  }

  private static void rollBack(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
    }
  }

  private static String told(SQLException e) {
    StringBuilder told = new StringBuilder();
    for (SQLException next = e; next != null; next = next.getNextException()) {
      told.append(next.getClass().getSimpleName())
          .append(' ')
          .append(next.getSQLState())
          .append(' ')
          .append(next.getMessage())
          .append('\n');
      if (next instanceof BatchUpdateException batch) {
        told.append(Arrays.toString(batch.getLargeUpdateCounts()))
            .append(Arrays.toString(batch.getUpdateCounts()))
            .append(batch.getCause() == batch.getNextException())
            .append('\n');
      }
      ServerErrorMessage server =
          next instanceof PSQLException failure ? failure.getServerErrorMessage() : null;
      if (server != null) {
        told.append(
                List.of(
                    server.getPosition(),
                    String.valueOf(server.getDetail()),
                    String.valueOf(server.getHint()),
                    String.valueOf(server.getTable()),
                    String.valueOf(server.getConstraint()),
                    String.valueOf(server.getRoutine())))
            .append('\n');
      }
    }
    return told.toString();
  }
}
