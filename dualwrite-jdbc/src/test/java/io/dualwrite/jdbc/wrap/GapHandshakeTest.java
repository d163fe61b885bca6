package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.testing.Guarantee;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Threads write while mirroring is switched on and off: what is not journaled runs and commits
 * inside a gap. A gap ends as the migration ends it: mirroring is on again, and no connection says
 * that it is in pass-through.
 */
@Guarantee("G2")
class GapHandshakeTest {
  private static final int WRITERS = 4;
  private static final int GAPS = 60;

  private volatile boolean active = true;
  private volatile boolean gapOpen;
  private final AtomicInteger outsideAGap = new AtomicInteger();
  private final AtomicInteger insideAGap = new AtomicInteger();
  private final Set<Mirroring.OpenConnection> open = ConcurrentHashMap.newKeySet();

  @Test
  void nothingRunsUnjournaledOutsideAGap() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    List<Future<?>> written = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      Random random = new Random(i);
      written.add(
          writers.submit(
              () -> {
                write(random, stop);
                return null;
              }));
    }
    for (int gap = 0; gap < GAPS; gap++) {
      gapOpen = true;
      active = false;
      int before = insideAGap.get();
      while (insideAGap.get() == before) {
        Thread.onSpinWait();
      }
      active = true;
      while (open.stream().anyMatch(Mirroring.OpenConnection::inPassThrough)) {
        Thread.onSpinWait();
      }
      gapOpen = false;
      // Time for whoever was late to be seen.
      dawdle();
      dawdle();
    }
    stop.set(true);
    for (Future<?> writer : written) {
      writer.get();
    }
    writers.shutdown();
    assertThat(outsideAGap).hasValue(0);
    assertThat(insideAGap).hasValueGreaterThanOrEqualTo(GAPS);
  }

  private void write(Random random, AtomicBoolean stop) throws SQLException {
    Switched migration = new Switched();
    StubDriver driver = new StubDriver();
    // Under auto-commit what ran before is committed already: only the last counts.
    driver.whileExecuting =
        () -> look(driver.calls.subList(driver.calls.size() - 1, driver.calls.size()));
    driver.whileCommitting = () -> look(driver.calls);
    try (Connection connection =
            DualConnection.wrap(driver.connection(), migration, new SessionNames());
        PreparedStatement insert = connection.prepareStatement("insert")) {
      while (!stop.get()) {
        boolean transaction = random.nextBoolean();
        if (transaction) {
          connection.setAutoCommit(false);
        }
        insert.setInt(1, 1);
        if (random.nextInt(3) == 0) {
          insert.addBatch();
          dawdle();
          insert.addBatch();
          insert.executeBatch();
        } else {
          insert.executeUpdate();
          insert.executeUpdate();
        }
        if (transaction) {
          connection.setAutoCommit(true);
        }
        driver.calls.clear();
      }
    }
  }

  private void look(List<String> calls) {
    if (calls.stream().anyMatch(call -> call.matches("execute\\w+ insert"))) {
      (gapOpen ? insideAGap : outsideAGap).incrementAndGet();
    }
  }

  /** As if another thread had the processor, long enough for a gap to end. */
  private static void dawdle() {
    long until = System.nanoTime() + ThreadLocalRandom.current().nextInt(60_000);
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  /** Only switched. */
  private final class Switched implements Mirroring {
    private final CapturePlan plan = StubMirroring.captured("insert", FailurePolicy.RECOVER);

    @Override
    public boolean active() {
      boolean now = active;
      if (!now) {
        dawdle();
      }
      return now;
    }

    @Override
    public CapturePlan plan(Connection raw, SessionNames session, String sql, RequestedKeys keys) {
      return plan;
    }

    @Override
    public void commit(Connection raw, MirroredTransaction transaction) throws SQLException {
      raw.commit();
    }

    @Override
    public void opened(OpenConnection connection) {
      open.add(connection);
    }

    @Override
    public void closed(OpenConnection connection) {
      open.remove(connection);
    }

    @Override
    public void unmirrored(CapturePlan.Unmirrored unmirrored) {}

    @Override
    public void committed(MirroredTransaction transaction) {}

    @Override
    public boolean journalFailed(SQLException failure) {
      return false;
    }

    @Override
    public boolean outdated(CapturePlan.Captured plan, SQLException failure) {
      return false;
    }

    @Override
    public void schemaChanged() {}

    @Override
    public void bypass(String kind) {}
  }
}
