package io.dualwrite.reconciler.cli;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Writes until the command is interrupted: half a result must not look like one. A name of the
 * databases does nothing to the terminal: control characters are replaced but for colours.
 */
final class GatedWriter extends Writer {
  private static final Pattern CONTROLS =
      Pattern.compile(
          "\\x1b(?!\\[[0-9;]*m)|[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1a\\x1c-\\x1f\\x7f-\\x9f]");

  private final PrintStream stream;
  private final Writer out;
  private final Interruption interruption;

  private GatedWriter(PrintStream stream, Interruption interruption) {
    this.stream = stream;
    this.out = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
    this.interruption = interruption;
  }

  static PrintWriter on(PrintStream stream, Interruption interruption) {
    return new PrintWriter(new GatedWriter(stream, interruption), true);
  }

  @Override
  public void write(char[] text, int from, int length) throws IOException {
    if (!interruption.happened()) {
      out.write(CONTROLS.matcher(new String(text, from, length)).replaceAll("\ufffd"));
    }
  }

  @Override
  public void flush() throws IOException {
    if (!interruption.happened()) {
      out.flush();
      // It tells of failures only when it is asked.
      if (stream.checkError()) {
        throw new IOException("not written");
      }
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
