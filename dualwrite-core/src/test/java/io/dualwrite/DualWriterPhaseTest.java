package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DualWriterPhaseTest extends WriterFixture {

  @ParameterizedTest
  @CsvSource({
    "SOURCE_ONLY,    false, true,  false, SOURCE",
    "SOURCE_PRIMARY, false, true,  true,  SOURCE",
    "TARGET_PRIMARY, false, true,  true,  TARGET",
    "TARGET_ONLY,    false, false, true,  TARGET",
    "SOURCE_ONLY,    true,  true,  false, SOURCE",
    "SOURCE_PRIMARY, true,  true,  false, SOURCE",
    "TARGET_PRIMARY, true,  true,  false, SOURCE",
    "TARGET_ONLY,    true,  false, true,  TARGET",
  })
  void routesByPhaseAndKillSwitch(
      Phase in, boolean killed, boolean toSource, boolean toTarget, Side answers) throws Exception {
    phase.set(in);
    if (killed) {
      killSwitch.engage();
    }
    DualWriter writer = open(journaled(FailurePolicy.RECOVER));
    assertThat(
            writer.<Side, RuntimeException>write(
                "save",
                1L,
                () -> {
                  source.put(1, "a");
                  return Side.SOURCE;
                },
                () -> {
                  target.put(1, "a");
                  return Side.TARGET;
                }))
        .isEqualTo(answers);
    assertThat(writer.read("find", () -> Side.SOURCE, () -> Side.TARGET)).isEqualTo(answers);
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(source.rows.containsKey(1L)).isEqualTo(toSource);
    assertThat(target.rows.containsKey(1L)).isEqualTo(toTarget);
  }

  @Test
  void phaseIsReadOncePerCall() throws Exception {
    DualWriter writer = open(journaled(FailurePolicy.RECOVER));
    source.before((key, value) -> phase.set(Phase.TARGET_PRIMARY));
    assertThat(save(writer, 1, "a")).isEqualTo("a");
    await().until(() -> target.rows.containsKey(1L));
    assertThat(source.calls).hasValue(1);
  }

  @Test
  void engagingKeepsWaitingWritesAndCopiesOffTheTarget() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch inTarget = new CountDownLatch(1);
    DualWriter writer = open(journaled(FailurePolicy.RECOVER).secondaryCalls(1, 10));
    target.before(
        (key, value) -> {
          inTarget.countDown();
          Store.awaitOrFail(go);
        });
    save(writer, 1, "a");
    Store.awaitOrFail(inTarget);
    save(writer, 2, "b");
    killSwitch.engage();
    go.countDown();
    await().until(() -> failures("kill_switch") == 1);
    assertThat(target.rows).containsOnlyKeys(1L);
    assertThat(writer.awaitDelivered(Duration.ofMillis(100))).isFalse();
    assertThat(target.rows).containsOnlyKeys(1L);
    killSwitch.release();
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).isEqualTo(source.rows);
  }

  @Test
  void strictSucceedsWhenTheKillSwitchIsEngagedMeanwhile() {
    DualWriter writer = open(plain(FailurePolicy.STRICT));
    source.after((key, value) -> killSwitch.engage());
    assertThat(save(writer, 1, "a")).isEqualTo("a");
    assertThat(target.rows).isEmpty();
  }

  @Test
  void whatWasLeftBeforeTheRolesSwappedIsNotCopiedBackwards() throws Exception {
    DualWriter writer = open(journaled(FailurePolicy.RECOVER));
    target.rows.put(1L, "old");
    target.fail(() -> new IllegalStateException("down"));
    save(writer, 1, "new");
    await().until(() -> failures("error") == 1);
    phase.set(Phase.TARGET_PRIMARY);
    target.heal();
    assertThat(writer.awaitDelivered(Duration.ofMillis(100))).isFalse();
    assertThat(source.rows).containsEntry(1L, "new");
    phase.set(Phase.SOURCE_PRIMARY);
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).containsEntry(1L, "new");
  }

  @Test
  void stateIsShown() {
    DualWriter writer = open(journaled(FailurePolicy.RECOVER));
    killSwitch.engage();
    assertThat(registry.get("dualwrite.kill.switch").tag("migration", "orders").gauge().value())
        .isEqualTo(1);
    assertThat(registry.get("dualwrite.phase").gauge().value()).isEqualTo(1);
    journal.add("1", Side.SOURCE);
    assertThat(registry.get("dualwrite.journal.pending").gauge().value()).isEqualTo(1);
    assertThat(registry.get("dualwrite.journal.oldest.age").gauge().value()).isNotNegative();
    assertThat(writer).hasToString("DualWriter[orders]");
  }
}
