package io.dualwrite.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  private static final Pace SHORT = new Pace(4_000, Duration.ofMillis(500), 200, false);

  @Test
  void everyStepHolds(@TempDir Path directory) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    boolean held =
        new Demo(new PrintStream(printed, true, StandardCharsets.UTF_8)).play(SHORT, directory);
    String story = printed.toString(StandardCharsets.UTF_8);
    assertThat(held).as(story).isTrue();
    assertThat(story.lines().filter(l -> l.endsWith(" ok"))).as(story).hasSize(7);
    assertThat(story)
        .contains("0 failed requests", "9 found, 9 repaired", "Both servers hold the same");
    assertThat(directory.resolve("demo-report.html")).content().contains("CHANGED");
  }
}
