package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** What the journal holds after texts of several statements, and what is said aloud of them. */
@WithDatabases
class SeveralStatementsTest {
  private final TestDatabases dbs;

  SeveralStatementsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  @Guarantee("G2")
  void eachStatementIsJournaled() throws SQLException {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    try (Connection connection = migration.connect();
        PreparedStatement several =
            connection.prepareStatement(
                "INSERT INTO notes VALUES (?, 'x'); SELECT 1; UPDATE notes SET note = ? WHERE id = ?; INSERT INTO orders (code) VALUES (?)")) {
      several.setInt(1, 1);
      several.setString(2, "y");
      several.setInt(3, 1);
      several.setString(4, "z");
      several.execute();
    }
    assertThat(migration.journal()).containsExactly("notes {1}", "notes {1}", "orders {1}");
    assertThat(migration.events).containsExactly("RECOVER notes[]", "RECOVER orders[]");
  }

  @Test
  @Guarantee("G2")
  void whatATextCommitsIsJournaledAndDelivered() throws SQLException {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN; INSERT INTO notes VALUES (1, 'x'); TRUNCATE orders; COMMIT");
      assertThat(migration.events).containsExactly("RECOVER notes[]", "RECOVER orders[]");
      statement.execute("BEGIN; INSERT INTO notes VALUES (2, 'x'); ROLLBACK");
      statement.execute("BEGIN; INSERT INTO notes VALUES (3, 'x')");
      migration.events.clear();
      statement.execute("COMMIT");
      assertThat(migration.events).containsExactly("RECOVER notes[]");
    }
    assertThat(migration.journal()).containsExactly("notes {1}", "orders all", "notes {3}");
  }

  @Test
  @Guarantee("G8")
  void underStrictACommitAmongOthersIsSaidAloud() throws SQLException {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.STRICT);
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN; INSERT INTO notes VALUES (1, 'x'); COMMIT");
      assertThat(migration.events).startsWith("unmirrored strict");
      migration.events.clear();
      statement.execute("INSERT INTO notes VALUES (2, 'x'); INSERT INTO notes VALUES (3, 'x')");
      assertThat(migration.events).containsExactly("STRICT notes[]");
    }
    assertThat(migration.journal()).containsExactly("notes {1}", "notes {2}", "notes {3}");
  }

  @Test
  @Guarantee("G8")
  void whatFollowsAChangeOfNamesIsSaidAloudAndTheRestIsJournaled() throws SQLException {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO notes VALUES (1, 'x'); SET search_path = other, public; INSERT INTO notes VALUES (2, 'x')");
      assertThat(migration.events).containsExactly("unmirrored multiple", "RECOVER notes[]");
      migration.events.clear();
      statement.execute("SELECT writes(1); INSERT INTO notes VALUES (3, 'x')");
      assertThat(migration.events).containsExactly("unmirrored function", "RECOVER notes[]");
      migration.events.clear();
      statement.execute("CREATE TABLE public.fresh AS SELECT 1 AS one");
      assertThat(migration.events).containsExactly("unmirrored create-as");
    }
    assertThat(migration.journal()).containsExactly("notes {1}", "notes {3}");
  }
}
