package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.journal.Journal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/** Tries whether this application can write the journal, without leaving anything in it. */
final class JournalCheck {
  private final DataSource primary;
  private final Journal journal;
  private final String schema;

  JournalCheck(DataSource primary, Journal journal, String schema) {
    this.primary = primary;
    this.journal = journal;
    this.schema = schema;
  }

  /**
   * Whether a failure of an undefined or forbidden object may be the journal's: its message, in any
   * language, names it then.
   */
  boolean concerns(SQLException failure) {
    String message = String.valueOf(failure.getMessage());
    return message.contains("journal") || message.contains(schema);
  }

  /**
   * What is wrong, if anything.
   *
   * @throws SQLException if that cannot be found out
   */
  Optional<String> problem() throws SQLException {
    try (Connection connection = primary.getConnection()) {
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO "
                  + journal.sql()
                  + " (table_name, key) VALUES ('dualwrite.check', '{}')")) {
        insert.executeUpdate();
        return Optional.empty();
      } catch (SQLException e) {
        return Optional.of(explain(connection, e));
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    }
  }

  private String explain(Connection connection, SQLException e) throws SQLException {
    String user = connection.getMetaData().getUserName();
    return switch (String.valueOf(e.getSQLState())) {
      case "42501" ->
          "journal: no INSERT privilege on "
              + journal.sql()
              + " for \""
              + user
              + "\". Grant it with: reconciler init --print";
      case "42P01", "3F000" ->
          "journal: "
              + journal.sql()
              + " is not there any more. Create it again with: reconciler init";
      default -> "journal: " + Failures.describe(e);
    };
  }
}
