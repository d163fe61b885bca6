package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShadowReadsTest extends WriterFixture {
  private final List<ShadowMismatch> mismatches = new CopyOnWriteArrayList<>();

  @BeforeEach
  void fill() {
    source.rows.put(1L, "a");
    target.rows.put(1L, "a");
  }

  @Test
  void sameAnswersMatch() {
    DualWriter writer = open(shadowing());
    assertThat(find(writer, 1)).isEqualTo("a");
    await().until(() -> shadows("match") == 1);
    assertThat(mismatches).isEmpty();
    for (Side side : Side.values()) {
      assertThat(registry.get("dualwrite.shadow.latency").tag("side", side.label()).timer().count())
          .isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"SOURCE_PRIMARY", "TARGET_PRIMARY"})
  void otherAnswersAreToldWithoutTheirValuesInTheText(Phase in) {
    phase.set(in);
    source.rows.put(1L, "source value");
    target.rows.put(1L, "target value");
    DualWriter writer = open(shadowing());
    assertThat(find(writer, 1)).isEqualTo(in.primary().label() + " value");
    await().until(() -> mismatches.size() == 1);
    assertThat(shadows("mismatch")).isEqualTo(1);
    ShadowMismatch mismatch = mismatches.get(0);
    assertThat(mismatch.primary()).isEqualTo(in.primary());
    assertThat(mismatch.primaryAnswer()).isEqualTo(in.primary().label() + " value");
    assertThat(mismatch.secondaryAnswer()).isEqualTo(in.secondary().label() + " value");
    assertThat(mismatch.toString()).startsWith("find: the ").doesNotContain("value");
  }

  @Test
  void comparatorMayBeReplaced() {
    source.rows.put(1L, "A");
    DualWriter writer =
        open(
            shadowing()
                .shadowComparator(
                    (operation, primary, secondary) ->
                        String.valueOf(primary).equalsIgnoreCase(String.valueOf(secondary))));
    find(writer, 1);
    await().until(() -> shadows("match") == 1);
  }

  @Test
  void arraysAreComparedByElement() {
    DualWriter writer = open(shadowing());
    writer.read("bytes", () -> new byte[] {1}, () -> new byte[] {1});
    await().until(() -> shadows("match") == 1);
  }

  @Test
  void secondarysFailureIsCountedAndNothingElse() {
    DualWriter writer = open(shadowing());
    target.fail(() -> new IllegalStateException("down"));
    assertThat(find(writer, 1)).isEqualTo("a");
    await().until(() -> shadows("error") == 1);
    assertThat(mismatches).isEmpty();
  }

  @Test
  void primarysFailureIsTheApplicationsAndHasNoShadow() {
    DualWriter writer = open(shadowing());
    IOException own = new IOException("disk");
    AtomicInteger shadowCalls = new AtomicInteger();
    assertThatThrownBy(
            () ->
                writer.<Integer, IOException>read(
                    "find",
                    () -> {
                      throw own;
                    },
                    shadowCalls::incrementAndGet))
        .isSameAs(own);
    assertThat(shadowCalls).hasValue(0);
  }

  @Test
  void failingComparatorOrListenerDisturbsNobody() {
    DualWriter writer =
        open(
            shadowing()
                .shadowComparator(
                    (operation, primary, secondary) -> {
                      if (operation.equals("fails")) {
                        throw new IllegalStateException("comparator");
                      }
                      return false;
                    })
                .onMismatch(
                    mismatch -> {
                      throw new IllegalStateException("listener");
                    }));
    assertThat(writer.read("fails", () -> "a", () -> "a")).isEqualTo("a");
    await().until(() -> shadows("error") == 1);
    assertThat(writer.read("differs", () -> "a", () -> "a")).isEqualTo("a");
    await().until(() -> shadows("mismatch") == 1);
  }

  @Test
  void answersThatCanBeReadOnceAreLeftAlone() {
    DualWriter writer = open(shadowing());
    Stream<String> answer = writer.read("all", () -> Stream.of("a"), () -> Stream.of("a"));
    await().until(() -> shadows("error") == 1);
    assertThat(answer).containsExactly("a");
  }

  @Test
  void slowSecondaryNeitherDelaysTheApplicationNorQueuesWithoutEnd() {
    CountDownLatch go = new CountDownLatch(1);
    DualWriter writer = open(shadowing().shadowCalls(1, 2));
    for (int i = 0; i < 10; i++) {
      writer.read(
          "find",
          () -> "a",
          () -> {
            Store.awaitOrFail(go);
            return "a";
          });
    }
    assertThat(shadows("dropped")).isEqualTo(7);
    go.countDown();
    await().until(() -> shadows("match") == 3);
  }

  @Test
  void shadowThatTakesTooLongIsInterrupted() {
    CountDownLatch never = new CountDownLatch(1);
    DualWriter writer =
        open(
            shadowing()
                .shadowCalls(1, 10)
                .secondary(SecondarySettings.defaults().withTimeout(Duration.ofMillis(20))));
    writer.read(
        "find",
        () -> "a",
        () -> {
          Store.awaitOrFail(never);
          return "a";
        });
    await().until(() -> shadows("error") == 1);
    // One that has to wait for the processor may take too long as well.
    await()
        .until(
            () -> {
              find(writer, 1);
              return shadows("match") > 0;
            });
  }

  @Test
  void samplesTheShareAskedFor() {
    Random random = new Random(42);
    DualWriter writer =
        open(shadowing().shadowReads(0.1).random(random::nextDouble).shadowCalls(1, 10_000));
    for (int i = 0; i < 2000; i++) {
      find(writer, 1);
    }
    await().until(() -> source.calls.get() == 2000 && shadows("match") == target.calls.get());
    assertThat(target.calls.get()).isBetween(150, 250);
  }

  @Test
  void noShadowsWhileKilledOrInASingleSidedPhaseOrUnlessAskedFor() {
    DualWriter writer = open(shadowing());
    killSwitch.engage();
    find(writer, 1);
    killSwitch.release();
    phase.set(Phase.SOURCE_ONLY);
    find(writer, 1);
    phase.set(Phase.SOURCE_PRIMARY);
    DualWriter without = open(plain(FailurePolicy.BEST_EFFORT));
    find(without, 1);
    assertThat(target.calls).hasValue(0);
  }

  @Test
  void openBreakerDropsShadows() {
    CircuitBreakerSettings breaker = new CircuitBreakerSettings(50, 1, Duration.ofHours(1));
    DualWriter writer =
        open(
            shadowing()
                .delivery(Delivery.SYNC)
                .secondary(SecondarySettings.defaults().withCircuitBreaker(breaker)));
    target.fail(() -> new IllegalStateException("down"));
    save(writer, 1, "a");
    int calls = target.calls.get();
    find(writer, 1);
    assertThat(shadows("dropped")).isEqualTo(1);
    assertThat(target.calls).hasValue(calls);
  }

  private DualWriterBuilder shadowing() {
    return plain(FailurePolicy.BEST_EFFORT).shadowReads(1).onMismatch(mismatches::add);
  }

  private String find(DualWriter writer, long key) {
    return writer.read("find", () -> source.get(key), () -> target.get(key));
  }

  private double shadows(String outcome) {
    var counter = registry.find("dualwrite.shadow.reads").tag("outcome", outcome).counter();
    return counter == null ? 0 : counter.count();
  }
}
