package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.providers.memory.Flag;
import dev.openfeature.sdk.providers.memory.InMemoryProvider;
import io.dualwrite.testing.Guarantee;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With the SDK's own provider in memory. */
class OpenFeatureSwitchTest {
  private final OpenFeatureAPI api = OpenFeatureAPI.getInstance();

  @AfterEach
  void noProvider() {
    api.shutdown();
  }

  private static Map<String, Flag<?>> flag(String variant) {
    return Map.of(
        "no-dual-writes",
        Flag.<Boolean>builder()
            .variant("on", true)
            .variant("off", false)
            .defaultVariant(variant)
            .build());
  }

  private static KillSwitchMonitor monitor() {
    return KillSwitchMonitor.builder(KillSwitch.openFeature("no-dual-writes"))
        .interval(Duration.ofMillis(10))
        .assumeAtStart(false)
        .start();
  }

  @Test
  @Guarantee("G9")
  void aFlagThatIsTurnedIsFollowed() {
    InMemoryProvider provider = new InMemoryProvider(flag("off"));
    api.setProviderAndWait(provider);
    try (KillSwitchMonitor monitor = monitor()) {
      assertThat(monitor.engaged()).isFalse();
      provider.updateFlags(flag("on"));
      Awaitility.await().until(monitor::engaged);
      assertThat(monitor.engagedBy()).containsExactly("OpenFeature flag no-dual-writes");
      provider.updateFlags(flag("off"));
      Awaitility.await().until(() -> !monitor.engaged());
    }
  }

  @Test
  void theProviderOfItsDomainGoesBeforeTheDefault() {
    api.setProviderAndWait(new InMemoryProvider(flag("off")));
    api.setProviderAndWait("dualwrite", new InMemoryProvider(flag("on")));
    assertThat(KillSwitch.openFeature("no-dual-writes").engaged()).isTrue();
  }

  @Test
  @Guarantee("G9")
  void whatCannotBeReadKeepsTheLastKnownStateAndIsSaid() {
    api.setProviderAndWait(new InMemoryProvider(flag("on")));
    try (KillSwitchMonitor monitor = monitor()) {
      assertThat(monitor.engaged()).isTrue();
      api.setProviderAndWait(new InMemoryProvider(Map.of()));
      Awaitility.await().until(() -> !monitor.failures().isEmpty());
      assertThat(monitor.engaged()).as("the flag is not there any more").isTrue();
      assertThat(monitor.failures().get("OpenFeature flag no-dual-writes"))
          .hasMessageContaining("FLAG_NOT_FOUND");
      api.setProviderAndWait(new InMemoryProvider(flag("off")));
      Awaitility.await().until(() -> monitor.failures().isEmpty() && !monitor.engaged());
    }
  }

  @Test
  void aProviderThatIsNotReadyIsNotTakenForReleased() throws Exception {
    CountDownLatch initialised = new CountDownLatch(1);
    api.setProvider(
        new InMemoryProvider(flag("off")) {
          @Override
          public void initialize(EvaluationContext context) throws Exception {
            initialised.await();
            super.initialize(context);
          }
        });
    KillSwitch killSwitch = KillSwitch.openFeature("no-dual-writes");
    assertThatThrownBy(killSwitch::engaged).hasMessageContaining("PROVIDER_NOT_READY");
    initialised.countDown();
    Awaitility.await().ignoreExceptions().until(() -> !killSwitch.engaged());
  }

  @Test
  void withoutAProviderItIsUnreadable() {
    assertThatThrownBy(() -> KillSwitch.openFeature("no-dual-writes").engaged())
        .hasMessage("no OpenFeature provider is set");
  }
}
