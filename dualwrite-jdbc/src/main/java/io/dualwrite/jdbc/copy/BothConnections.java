package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * A connection to each database, opened in the one order that {@link CopyContext#primaryFirst()}
 * gives: two who hold a connection of one pool and wait for one of the other's never wait for each
 * other. Nothing is begun on either; no snapshot is taken.
 */
public final class BothConnections implements AutoCloseable {
  private final Side primarySide;
  private final Connection primary;
  private final Connection secondary;

  private BothConnections(Side primarySide, Connection primary, Connection secondary) {
    this.primarySide = primarySide;
    this.primary = primary;
    this.secondary = secondary;
  }

  /** Opens both, or none. */
  public static BothConnections open(CopyContext context) throws SQLException {
    boolean primaryFirst = context.primaryFirst();
    DataSource primary = context.primaryDatabase();
    DataSource secondary = context.secondaryDatabase();
    Connection first = (primaryFirst ? primary : secondary).getConnection();
    boolean opened = false;
    try {
      Connection second = (primaryFirst ? secondary : primary).getConnection();
      opened = true;
      return primaryFirst
          ? new BothConnections(context.primary(), first, second)
          : new BothConnections(context.primary(), second, first);
    } finally {
      if (!opened) {
        first.close();
      }
    }
  }

  /** That to the primary. */
  public Connection primary() {
    return primary;
  }

  /** That to the secondary. */
  public Connection secondary() {
    return secondary;
  }

  /** That to this side. */
  public Connection on(Side side) {
    return side == primarySide ? primary : secondary;
  }

  /** Closes both. */
  @Override
  public void close() throws SQLException {
    try {
      secondary.close();
    } finally {
      primary.close();
    }
  }
}
