package io.dualwrite.reconciler.cli;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** Writes until the command is interrupted: half a result must not look like one. */
final class GatedWriter extends Writer {
  private final Writer out;
  private final Interruption interruption;

  private GatedWriter(Writer out, Interruption interruption) {
    this.out = out;
    this.interruption = interruption;
  }

  static PrintWriter on(PrintStream stream, Interruption interruption) {
    return new PrintWriter(
        new GatedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), interruption),
        true);
  }

  @Override
  public void write(char[] text, int from, int length) throws IOException {
    if (!interruption.happened()) {
      out.write(text, from, length);
    }
  }

  @Override
  public void flush() throws IOException {
    if (!interruption.happened()) {
      out.flush();
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
