package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What reaches the terminal, and that it does. */
class GatedWriterTest {
  /** As of a disk that is full. */
  private static final class Full extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException("no space left");
    }
  }

  @Test
  void aNameDoesNothingToTheTerminal() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintWriter out = GatedWriter.on(new PrintStream(bytes), new Interruption());

    out.print("a\u001b]0;title\u0007b\u001b[2Jc\td\u009b1m\u001b[31mred\u001b[0m\u00e9\n");
    out.flush();

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("a\ufffd]0;title\ufffdb\ufffd[2Jc\td\ufffd1m\u001b[31mred\u001b[0m\u00e9\n");
  }

  @Test
  void aResultThatIsLostIsNoSuccess() {
    Interruption interruption = new Interruption();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            Map.of(),
            GatedWriter.on(new PrintStream(new Full()), interruption),
            GatedWriter.on(new PrintStream(err), interruption),
            interruption);

    assertThat(Main.run(terminal, "--version")).isEqualTo(ExitCodes.DATABASE);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("The result could not be written to standard output.\n");
  }
}
