package io.dualwrite.jdbc.pipeline;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Several statements that travel to the server in one message, so that they cost one round trip.
 * Each has a snapshot of its own, as if sent alone; the first that fails ends the rest. Their
 * results are read in order. The driver has the server keep their plans. Not safe for use by
 * several threads.
 */
public final class Pipeline {
  private final Connection connection;
  private final List<Part> parts = new ArrayList<>();
  private int fetchSize;
  private boolean plannedAfresh;

  private record Part(String sql, Parameters parameters, Results results) {}

  /** Sets a statement's parameters. */
  public interface Parameters {
    /** None. */
    Parameters NONE = (statement, first) -> first;

    /**
     * Sets them.
     *
     * @param first the position of the first
     * @return the position behind the last
     */
    int set(PreparedStatement statement, int first) throws SQLException;
  }

  /** Takes a statement's rows. */
  @FunctionalInterface
  public interface Results {
    /** Reads what it wants; the rows are closed behind it. */
    void read(ResultSet rows) throws SQLException;
  }

  /** Nothing yet, for this connection. */
  public Pipeline(Connection connection) {
    this.connection = connection;
  }

  /** Adds one statement that returns no rows, or none that matter. */
  public Pipeline add(String sql) {
    return add(sql, Parameters.NONE);
  }

  /** Adds one statement that returns no rows, or none that matter. */
  public Pipeline add(String sql, Parameters parameters) {
    return add(sql, parameters, rows -> {});
  }

  /** Adds one statement. */
  public Pipeline add(String sql, Parameters parameters, Results results) {
    parts.add(new Part(sql, parameters, results));
    return this;
  }

  /** So many rows of a result are held at once; more are fetched when these have been read. */
  public Pipeline fetching(int rows) {
    fetchSize = rows;
    return this;
  }

  /** Has the statements planned for this time alone. */
  public Pipeline plannedAfresh() {
    plannedAfresh = true;
    return this;
  }

  /** Whether there is nothing to send. */
  public boolean isEmpty() {
    return parts.isEmpty();
  }

  /** Sends the statements and reads their results; then there is nothing to send any more. */
  public void send() throws SQLException {
    if (parts.isEmpty()) {
      return;
    }
    List<Part> sent = List.copyOf(parts);
    parts.clear();
    String sql = String.join("; ", sent.stream().map(Part::sql).toList());
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      if (plannedAfresh) {
        PlannedAfresh.each(statement);
      }
      statement.setFetchSize(fetchSize);
      int next = 1;
      for (Part part : sent) {
        next = part.parameters().set(statement, next);
      }
      statement.execute();
      for (Part part : sent) {
        try (ResultSet rows = statement.getResultSet()) {
          if (rows != null) {
            part.results().read(rows);
          }
        }
        statement.getMoreResults();
      }
    }
  }
}
