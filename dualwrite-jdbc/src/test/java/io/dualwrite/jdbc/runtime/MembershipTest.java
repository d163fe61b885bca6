package io.dualwrite.jdbc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Uninterruptibles;
import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Presence;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@WithDatabases
class MembershipTest {
  private final TestDatabases dbs;

  MembershipTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void whoHasLeftStaysAwayThoughAHeartbeatWasUnderWay() throws Exception {
    AtomicBoolean held = new AtomicBoolean();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Membership membership =
        new Membership(
            MigrationConfig.builder("test").build(),
            new ForwardingDataSource(dbs.source()) {
              @Override
              public Connection getConnection() throws SQLException {
                if (held.getAndSet(false)) {
                  reached.countDown();
                  Uninterruptibles.awaitUninterruptibly(goOn);
                }
                return super.getConnection();
              }
            });
    membership.join();
    Presence presence = membership.presence(Phase.SOURCE_PRIMARY, 1, List.of(), "mirroring");
    held.set(true);
    FutureTask<?> beat = new FutureTask<>(() -> membership.beat(presence));
    new Thread(beat).start();
    reached.await();
    FutureTask<?> leave =
        new FutureTask<>(
            () -> {
              membership.leave();
              return null;
            });
    Thread leaving = new Thread(leave);
    leaving.start();
    Awaitility.await().until(() -> leave.isDone() || leaving.getState() == Thread.State.WAITING);
    goOn.countDown();
    beat.get();
    leave.get();
    membership.beat(presence);
    assertThat(membership.all()).singleElement().matches(i -> i.stopped(), "has stopped");
  }
}
