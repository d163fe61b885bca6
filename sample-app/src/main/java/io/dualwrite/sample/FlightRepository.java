package io.dualwrite.sample;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * The application's requests, each one transaction over plain JDBC. It does not know of a
 * migration: it is given a {@link DataSource}.
 *
 * <p>When a method returns, its transaction is committed; when it throws, nothing of it is.
 */
final class FlightRepository {
  private final DataSource dataSource;

  FlightRepository(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Adds flights, and returns the ids that the database gave them. */
  List<Long> add(UUID request, List<Flight> flights) throws SQLException {
    return inTransaction(
        connection -> {
          remember(connection, request, "add", flights.size());
          String sql =
              "INSERT INTO flights (scheduled_at, origin, destination, distance_miles) VALUES (?, ?, ?, ?)";
          try (PreparedStatement insert =
              connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)) {
            for (Flight flight : flights) {
              insert.setObject(1, flight.scheduledAt());
              insert.setString(2, flight.origin());
              insert.setString(3, flight.destination());
              insert.setInt(4, flight.distanceMiles());
              insert.addBatch();
            }
            insert.executeBatch();
            return generatedIds(insert);
          }
        });
  }

  /** Records that flights are late. */
  void delay(UUID request, List<Long> ids, int minutes) throws SQLException {
    inTransaction(
        connection -> {
          remember(connection, request, "delay", ids.size());
          String sql =
              "UPDATE flights SET delay_minutes = ?, status = 'DELAYED', updated_at = now() WHERE id = ?";
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            for (long id : ids) {
              update.setInt(1, minutes);
              update.setLong(2, id);
              update.addBatch();
            }
            return update.executeBatch();
          }
        });
  }

  /** Cancels flights and takes those out that are cancelled. */
  void cancel(UUID request, List<Long> ids) throws SQLException {
    inTransaction(
        connection -> {
          remember(connection, request, "cancel", ids.size());
          try (PreparedStatement update =
                  connection.prepareStatement(
                      "UPDATE flights SET status = 'CANCELLED' WHERE id = ANY (?)");
              PreparedStatement delete =
                  connection.prepareStatement(
                      "DELETE FROM flights WHERE id = ANY (?) AND status = 'CANCELLED'")) {
            update.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            update.executeUpdate();
            delete.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            return delete.executeUpdate();
          }
        });
  }

  /** The flights that are still ahead: the latest of the schedule. */
  List<Long> latest(int limit) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement query =
            connection.prepareStatement(
                "SELECT id FROM flights ORDER BY scheduled_at DESC, id DESC LIMIT ?")) {
      query.setInt(1, limit);
      try (ResultSet rows = query.executeQuery()) {
        return ids(rows);
      }
    }
  }

  private static void remember(Connection connection, UUID request, String kind, int flights)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO requests (id, kind, flights) VALUES (?, ?, ?)")) {
      insert.setObject(1, request);
      insert.setString(2, kind);
      insert.setInt(3, flights);
      insert.executeUpdate();
    }
  }

  private static List<Long> generatedIds(PreparedStatement insert) throws SQLException {
    try (ResultSet keys = insert.getGeneratedKeys()) {
      return ids(keys);
    }
  }

  private static List<Long> ids(ResultSet rows) throws SQLException {
    List<Long> ids = new ArrayList<>();
    while (rows.next()) {
      ids.add(rows.getLong("id"));
    }
    return ids;
  }

  private <T> T inTransaction(Work<T> work) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.on(connection);
        connection.commit();
        return result;
      } catch (SQLException e) {
        connection.rollback();
        throw e;
      }
    }
  }

  private interface Work<T> {
    T on(Connection connection) throws SQLException;
  }
}
