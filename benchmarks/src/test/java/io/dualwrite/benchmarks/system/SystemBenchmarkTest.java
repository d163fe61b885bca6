package io.dualwrite.benchmarks.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SystemBenchmarkTest {
  @Test
  void runsOneShortRoundAndJudgesIt() {
    StringWriter printed = new StringWriter();

    int exitCode =
        new CommandLine(new SystemBenchmark())
            .setOut(new PrintWriter(printed))
            .execute(
                "--rounds=1",
                "--seconds=0.2",
                "--warmup=0.1",
                "--threads=2",
                "--no-outage",
                "--workloads=FIVE_STATEMENTS",
                "--variants=SOURCE_ALONE,HAND_WRITTEN,RECOVER_ASYNC");

    assertThat(exitCode).isZero();
    assertThat(printed.toString())
        .contains("source alone", "hand-written dual write", "RECOVER, ASYNC")
        .contains("RECOVER ASYNC: throughput to source alone");
  }
}
