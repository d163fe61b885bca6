package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DurationsTest {
  @Test
  void areReadAndPrintedAsPeopleWriteThem() {
    Map.of(
            "500ms",
            500L,
            "2s",
            2000L,
            "5 m",
            300_000L,
            "1H",
            3_600_000L,
            "1d",
            86_400_000L,
            "PT1H30M",
            5_400_000L)
        .forEach(
            (text, millis) ->
                assertThat(Durations.parse(text)).contains(Duration.ofMillis(millis)));
    assertThat(Set.of("", "5", "1x", "-1s", "1h30m", "99999999999999999999s", "999999999999d"))
        .allMatch(t -> Durations.parse(t).isEmpty());
    Map.of(
            0L,
            "0ms",
            1500L,
            "1500ms",
            90_000L,
            "90s",
            120_000L,
            "2m",
            5_400_000L,
            "90m",
            7_200_000L,
            "2h",
            172_800_000L,
            "2d")
        .forEach(
            (millis, text) ->
                assertThat(Durations.print(Duration.ofMillis(millis))).isEqualTo(text));
  }
}
