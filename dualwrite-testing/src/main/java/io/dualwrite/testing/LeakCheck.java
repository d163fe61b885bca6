package io.dualwrite.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** Knows what was opened through its data sources and is not closed yet. */
final class LeakCheck {

  private static final int FIRST_PRUNING = 1_000;
  private static final long POLL_NANOS = 5_000_000;

  private final List<Opened> opened = new ArrayList<>();
  private int nextPruning = FIRST_PRUNING;

  /** The same data source, under watch. */
  DataSource watch(DataSource dataSource) {
    return WatchedDriver.dataSource(dataSource, this);
  }

  synchronized void opened(String kind, AutoCloseable resource) {
    opened.add(new Opened(kind, resource, new Throwable("opened here")));
    if (opened.size() >= nextPruning) {
      opened.removeIf(o -> !o.isOpen());
      nextPruning = Math.max(FIRST_PRUNING, 2 * opened.size());
    }
  }

  /**
   * Fails if anything is still open after a time that background threads have to finish.
   *
   * @throws AssertionError with the place where the first of it was opened as its cause
   */
  void assertNothingOpen(Duration grace) {
    long deadline = System.nanoTime() + grace.toNanos();
    List<Opened> leaked = stillOpen();
    while (!leaked.isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(POLL_NANOS);
      leaked = stillOpen();
    }
    if (!leaked.isEmpty()) {
      throw new AssertionError(
          "left open: " + counted(leaked) + "; the first is a " + leaked.get(0).kind(),
          leaked.get(0).origin());
    }
  }

  /**
   * Ends the connections that are still open, so that nothing stands in the way of what follows.
   */
  void abortAll() throws SQLException {
    for (Opened left : stillOpen()) {
      if (left.resource() instanceof Connection connection) {
        connection.abort(Runnable::run);
      }
    }
  }

  private synchronized List<Opened> stillOpen() {
    opened.removeIf(o -> !o.isOpen());
    return List.copyOf(opened);
  }

  private static String counted(List<Opened> leaked) {
    Map<String, Long> byKind =
        leaked.stream()
            .collect(Collectors.groupingBy(Opened::kind, TreeMap::new, Collectors.counting()));
    return byKind.entrySet().stream()
        .map(e -> e.getValue() + " " + e.getKey() + (e.getValue() == 1 ? "" : "s"))
        .collect(Collectors.joining(", "));
  }
}
