package io.dualwrite.benchmarks.oltp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class OltpBenchmarkTest {
  @Test
  void bothDatabasesAreEqualAfterAShortRunOfEachMix() {
    StringWriter printed = new StringWriter();

    int exitCode =
        new CommandLine(new OltpBenchmark())
            .setOut(new PrintWriter(printed))
            .execute("--rounds=1", "--seconds=0.3", "--warmup=0.1", "--terminals=3");

    assertThat(printed.toString())
        .contains("SmallBank, 3 terminals", "New-Order and Payment, 3 terminals")
        .contains("aborted %", "both databases equal afterwards")
        .doesNotContain("DIFFER");
    assertThat(exitCode).isZero();
  }
}
