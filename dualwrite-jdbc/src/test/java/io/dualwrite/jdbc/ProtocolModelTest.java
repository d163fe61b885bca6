package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The models of the protocol hold, and each mistake put into them is found. Where spin or a C
 * compiler is missing, the test is skipped.
 */
class ProtocolModelTest {
  private static final int MINUTES = 10;

  @Test
  void everyVariantIsAsExpected(@TempDir Path directory) throws Exception {
    assumeTrue(isOnPath("spin"), "spin is not installed");
    assumeTrue(isOnPath("cc") || isOnPath("gcc") || isOnPath("clang"), "no C compiler");
    Path output = directory.resolve("check.log");
    Process check =
        new ProcessBuilder("sh", script().toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(check.waitFor(MINUTES, TimeUnit.MINUTES)).as("finished in time").isTrue();
    } finally {
      check.destroy();
    }
    assertThat(check.exitValue()).as(Files.readString(output, StandardCharsets.UTF_8)).isZero();
  }

  private static boolean isOnPath(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static Path script() {
    Path script = Path.of("docs", "protocol", "check");
    return Files.exists(script) ? script : Path.of("..").resolve(script);
  }
}
