package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KillSwitchTest {
  private static final String PROPERTY = "dualwrite.test.switch";

  @AfterEach
  void clear() {
    System.clearProperty(PROPERTY);
  }

  @Test
  void fileEngagesWhileItExists(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("dualwrite.off");
    KillSwitch killSwitch = KillSwitch.file(file);
    assertThat(killSwitch.engaged()).isFalse();
    Files.createFile(file);
    assertThat(killSwitch.engaged()).isTrue();
    Files.delete(file);
    assertThat(killSwitch.engaged()).isFalse();
    assertThat(killSwitch).hasToString("file " + file);
  }

  @Test
  void fileThatCannotBeLookedAtIsNotReleased() {
    // A path too long for any file system can neither be said to exist nor not to.
    KillSwitch killSwitch = KillSwitch.file(Path.of("/" + "x".repeat(5000)));
    assertThatThrownBy(killSwitch::engaged).hasMessageContaining("cannot tell whether");
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "ON", "Yes", "1", " engaged ", ""})
  void systemPropertyEngages(String value) {
    System.setProperty(PROPERTY, value);
    assertThat(KillSwitch.systemProperty(PROPERTY).engaged()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "OFF", "no", "0", "released"})
  void systemPropertyReleases(String value) {
    System.setProperty(PROPERTY, value);
    assertThat(KillSwitch.systemProperty(PROPERTY).engaged()).isFalse();
  }

  @Test
  void absentSystemPropertyIsReleased() {
    assertThat(KillSwitch.systemProperty(PROPERTY).engaged()).isFalse();
  }

  @Test
  void unknownValueIsAnError() {
    System.setProperty(PROPERTY, "maybe");
    assertThatThrownBy(KillSwitch.systemProperty(PROPERTY)::engaged)
        .hasMessage("system property dualwrite.test.switch is neither true nor false: \"maybe\"");
  }

  @Test
  void environmentVariable() {
    assertThat(new SwitchSources.OfEnvironment("OFF", name -> "true").engaged()).isTrue();
    assertThat(new SwitchSources.OfEnvironment("OFF", name -> "").engaged()).isFalse();
    assertThat(KillSwitch.environmentVariable("DUALWRITE_NO_SUCH_VARIABLE").engaged()).isFalse();
  }

  @Test
  void anyOfIsEngagedWhenOneIsAndUnreadableOnlyIfNoneIs() {
    ManualKillSwitch manual = KillSwitch.manual();
    KillSwitch broken =
        KillSwitch.of(
            () -> {
              throw new IllegalStateException("no answer");
            });
    KillSwitch any = KillSwitch.anyOf(broken, manual);
    assertThatThrownBy(any::engaged).hasMessage("no answer");
    manual.engage();
    assertThat(any.engaged()).isTrue();
    assertThat(KillSwitch.anyOf().engaged()).isFalse();
    assertThat(KillSwitch.never().engaged()).isFalse();
  }
}
