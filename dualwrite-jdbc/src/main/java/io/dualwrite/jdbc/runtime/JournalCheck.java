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

  /** Whether the statement may have failed because its plan is out of date. */
  static boolean isOfTheSchema(SQLException failure) {
    return state(failure).startsWith("42");
  }

  /**
   * Whether a failure may be the journal's. That of a read-only transaction is not: it refuses the
   * application's own statement too. That of an undefined or forbidden object is only if its
   * message, in any language, names it.
   */
  boolean concerns(SQLException failure) {
    String state = state(failure);
    if (state.startsWith("42") || state.startsWith("3F")) {
      String message = String.valueOf(failure.getMessage());
      return message.contains("journal") || message.contains(schema);
    }
    return state.startsWith("53");
  }

  private static String state(SQLException failure) {
    return String.valueOf(failure.getSQLState());
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
                  + " (table_name, key_id, key) VALUES ('dualwrite.check', 0, '{}')")) {
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
