package io.dualwrite.benchmarks.wrapper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WrapperCostTest {
  @Test
  void measuresEveryWrapperAndSaysWhetherTheGoalsAreMet() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    // Nothing is judged here, so that another run on the machine does no harm.
    System.setProperty("jmh.ignoreLock", "true");

    WrapperCost.run(
        new PrintStream(printed, true, StandardCharsets.UTF_8),
        "-f",
        "0",
        "-wi",
        "0",
        "-i",
        "1",
        "-r",
        "50ms",
        "-v",
        "SILENT");

    String report = printed.toString(StandardCharsets.UTF_8);
    for (Wrapper wrapper : Wrapper.values()) {
      assertThat(report).contains("write, " + wrapper.label(), "read, " + wrapper.label());
    }
    assertThat(report)
        .contains("pass-through above the bare driver", "pass-through allocates the wrapper");
  }
}
