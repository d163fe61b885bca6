package io.dualwrite.benchmarks.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class JournalBenchmarkTest {
  @Test
  void measuresAllThreeTimes() {
    StringWriter printed = new StringWriter();

    int exitCode =
        new CommandLine(new JournalBenchmark())
            .setOut(new PrintWriter(printed))
            .execute("--seconds=0.3", "--open=0.3", "--threads=2", "--warmup=0.1", "--part=0.3");

    assertThat(exitCode).isZero();
    assertThat(printed.toString())
        .contains("as it comes", "with an open transaction", "after its end")
        .contains("nothing pending");
  }
}
