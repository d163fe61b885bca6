package io.dualwrite.reconciler.load;

import io.dualwrite.Side;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;

/** How long a side takes for the simplest query: what every application feels. */
final class Latency implements Brake {
  private static final int TRIES = 3;

  private final Side side;
  private final DataSource database;
  private final Duration most;

  Latency(Side side, DataSource database, Duration most) {
    this.side = side;
    this.database = database;
    this.most = most;
  }

  @Override
  public boolean eases() {
    return true;
  }

  /** The quickest of some tries is too slow: one slow try is chance. */
  @Override
  public Optional<String> reason() {
    long quickest = Long.MAX_VALUE;
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < TRIES && quickest > most.toNanos(); i++) {
        long began = System.nanoTime();
        statement.execute("select 1");
        quickest = Math.min(quickest, System.nanoTime() - began);
      }
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
    return quickest <= most.toNanos()
        ? Optional.empty()
        : Optional.of(
            "the "
                + side.label()
                + " takes "
                + quickest / 1_000_000
                + " ms for the simplest query (max-latency "
                + most.toMillis()
                + " ms)");
  }
}
