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

  JournalCheck(DataSource primary, Journal journal) {
    this.primary = primary;
    this.journal = journal;
  }

  /** What is wrong, if anything. */
  Optional<String> problem() {
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
    } catch (SQLException e) {
      return Optional.of(Failures.describe(e));
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
