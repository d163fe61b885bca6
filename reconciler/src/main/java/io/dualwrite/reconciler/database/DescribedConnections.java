package io.dualwrite.reconciler.database;

import io.dualwrite.jdbc.runtime.ForwardingDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import javax.sql.DataSource;

/** Connections that tell in words of one's own why they cannot be had. */
public final class DescribedConnections extends ForwardingDataSource {
  private final Function<SQLException, String> description;

  /** {@code description} is given what the driver said. */
  public DescribedConnections(DataSource database, Function<SQLException, String> description) {
    super(database);
    this.description = description;
  }

  @Override
  public Connection getConnection() throws SQLException {
    try {
      return super.getConnection();
    } catch (SQLException e) {
      throw new SQLException(description.apply(e), e.getSQLState(), e);
    }
  }
}
