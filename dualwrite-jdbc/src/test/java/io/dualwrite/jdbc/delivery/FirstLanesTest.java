package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.KeyId;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The secondary has just been seen, and who works for its tables is being made. */
@WithDatabases
class FirstLanesTest {
  private static final String ITEM = "public.item";

  private final TestDatabases dbs;
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private Bed bed;
  private DeliveryEngine engine;

  FirstLanesTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void stopWhereTheLanesAreTaken() throws Exception {
    bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY)");
    List<Lane> lanes = stopping(bed.mirror().lanes());
    engine =
        new DeliveryEngine(
            bed.context(),
            DeliverySettings.DEFAULT,
            () -> lanes,
            bed.config.secondary().circuitBreaker().newBreaker("test"),
            DualWriteMetrics.none(),
            DeliveryProbe.NONE);
    engine.resume();
    reached.await();
  }

  @AfterEach
  void close() {
    go.countDown();
    engine.close();
  }

  @Test
  @Guarantee("G1")
  void whoEndsWaitsForThem() throws Exception {
    bed.change("INSERT INTO item VALUES (1)", ITEM, "1");
    var drained = CompletableFuture.supplyAsync(this::drain);
    assertThatThrownBy(() -> drained.get(100, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    go.countDown();
    assertThat(drained.get()).isTrue();
    assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo("1");
  }

  @Test
  void whatIsRememberedMeanwhileIsDelivered() throws Exception {
    dbs.execute(dbs.source(), "INSERT INTO item VALUES (1)");
    engine.remember(ITEM, KeyId.ofKey(List.of("id")), List.of(new RowKey(List.of("1"))));
    go.countDown();
    dbs.awaitSameRows("SELECT id FROM item");
  }

  private boolean drain() {
    try {
      return engine.drain(Duration.ofSeconds(60));
    } catch (InterruptedException | SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Such a list, which is not gone through before {@link #go}. */
  private List<Lane> stopping(List<Lane> lanes) {
    return new AbstractList<>() {
      @Override
      public Lane get(int i) {
        reached.countDown();
        Uninterruptibles.awaitUninterruptibly(go);
        return lanes.get(i);
      }

      @Override
      public int size() {
        return lanes.size();
      }
    };
  }
}
