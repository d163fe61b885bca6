package io.dualwrite.benchmarks.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ReconcileBenchmarkTest {
  @Test
  void equalTablesAreFoundEqualAndPlantedDifferencesFound() {
    StringWriter printed = new StringWriter();

    int exitCode =
        new CommandLine(new ReconcileBenchmark())
            .setOut(new PrintWriter(printed))
            .execute("--rounds=1", "--rows=20000", "--growth=30000", "--checksums=auto,text");

    assertThat(printed.toString())
        .contains("20,000 rows", "30,000 rows", "COPY binary")
        .contains("auto: 15 of 15 differences planted", "text: 15 of 15 differences planted")
        .contains("server CPU of the cheapest checksum", "checksum sha256 in one query");
    assertThat(exitCode).isZero();
  }
}
