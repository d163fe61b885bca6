package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.journal.InMemoryJournal;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.Date;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void circuitBreaker() {
    refused(
        () -> new CircuitBreakerSettings(0, 100, SECOND),
        "secondary.circuit-breaker.failure-rate-threshold must be above 0 and at most 100, was 0");
    refused(
        () -> new CircuitBreakerSettings(Double.NaN, 100, SECOND),
        "secondary.circuit-breaker.failure-rate-threshold must be above 0 and at most 100, was NaN");
    refused(
        () -> new CircuitBreakerSettings(50, 0, SECOND),
        "secondary.circuit-breaker.sliding-window-size must be between 1 and 100000, was 0");
    refused(
        () -> new CircuitBreakerSettings(50, 100, Duration.ZERO),
        "secondary.circuit-breaker.wait-duration-in-open-state must be longer than zero, was 0ms");
  }

  @Test
  void breakerOpensAtTheThreshold() {
    CircuitBreaker breaker = new CircuitBreakerSettings(50, 4, SECOND).newBreaker("orders");
    for (int i = 0; i < 2; i++) {
      breaker.onSuccess(1, TimeUnit.NANOSECONDS);
      breaker.onError(1, TimeUnit.NANOSECONDS, new IllegalStateException());
    }
    assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
    assertThat(breaker.getName()).isEqualTo("orders");
  }

  @Test
  void secondary() {
    refused(
        () -> SecondarySettings.defaults().withTimeout(Duration.ofMillis(-1)),
        "secondary.timeout must be longer than zero, was -1ms");
    CircuitBreakerSettings breaker = new CircuitBreakerSettings(10, 10, SECOND);
    assertThat(SecondarySettings.defaults().withCircuitBreaker(breaker))
        .isEqualTo(new SecondarySettings(Duration.ofSeconds(2), breaker));
  }

  @Test
  void retry() {
    refused(
        () -> new RetrySettings(0, SECOND, SECOND),
        "retry.max-attempts must be between 1 and 10, was 0");
    refused(
        () -> new RetrySettings(1, Duration.ZERO, SECOND),
        "retry.initial-delay must be at least 1ms, was 0ms");
    refused(
        () -> new RetrySettings(1, SECOND, Duration.ofMillis(1)),
        "retry.max-delay must be at least retry.initial-delay (1s), was 1ms");
  }

  @Test
  void delaysGrowWithJitterUpToTheLongest() {
    RetrySettings settings = new RetrySettings(1, Duration.ofMillis(100), SECOND);
    assertThat(settings.delays().apply(1)).isBetween(50L, 150L);
    assertThat(settings.delays().apply(3)).isBetween(200L, 600L);
    assertThat(settings.delays().apply(30)).isBetween(500L, 1000L);
  }

  @Test
  void writer() {
    refused(() -> DualWriter.builder(" "), "name must not be blank");
    refused(() -> DualWriter.builder("orders").build(), "orders needs a phase: builder.phase(...)");
    refused(
        () -> DualWriter.builder("orders").phase(Phase.SOURCE_PRIMARY).build(),
        "orders needs a journal and a copier for RECOVER: builder.journal(...).copier(...)");
    refused(
        () ->
            DualWriter.builder("orders")
                .phase(Phase.SOURCE_PRIMARY)
                .failurePolicy(FailurePolicy.STRICT)
                .journal(new InMemoryJournal(1))
                .build(),
        "orders needs a copier for its journal: builder.copier(...)");
    refused(
        () ->
            DualWriter.builder("orders")
                .phase(Phase.SOURCE_PRIMARY)
                .failurePolicy(FailurePolicy.STRICT)
                .takeOverAfter(Duration.ofSeconds(2))
                .build(),
        "orders: take-over age must be longer than secondary.timeout (2s), was 2s");
    refused(
        () -> DualWriter.builder("orders").shadowReads(1.5),
        "shadow-reads.sample-rate must be between 0 and 1, was 1.5");
    refused(
        () -> DualWriter.builder("orders").secondaryCalls(8, 7),
        "secondary calls waiting must be between 8 and 1000000, was 7");
  }

  @Test
  void keyFormats() {
    UUID uuid = new UUID(1, 2);
    KeyFormat<UUID> format = KeyFormat.of(UUID.class);
    assertThat(format.fromText().apply(format.text("orders", uuid))).isEqualTo(uuid);
    assertThat(KeyFormat.of(Long.class).fromText().apply("7")).isEqualTo(7L);
    refused(
        () -> KeyFormat.of(Date.class),
        "no key format for java.util.Date; give new KeyFormat<>(type, toText, fromText)");
    refused(
        () -> format.text("orders", "x"),
        "orders: a key must be a java.util.UUID, was a java.lang.String");
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}
