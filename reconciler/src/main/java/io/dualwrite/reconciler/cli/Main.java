package io.dualwrite.reconciler.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;

/**
 * The command {@code reconciler}. Results go to standard output, progress, logs and errors to
 * standard error.
 */
public final class Main {
  private Main() {}

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(
        run(
            System.getenv(),
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            args));
  }

  /** Runs a command in this JVM and returns its exit code. */
  static int run(
      Map<String, String> environment, PrintWriter out, PrintWriter err, String... args) {
    CommandLine line =
        new CommandLine(new ReconcilerCommand(), new Commands(new Terminal(environment, out, err)));
    line.setOut(out);
    line.setErr(err);
    line.setUsageHelpWidth(80);
    line.setUsageHelpAutoWidth(false);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setParameterExceptionHandler(Errors::usage);
    line.setExecutionExceptionHandler(Errors::failure);
    int code = line.execute(args);
    out.flush();
    err.flush();
    return code;
  }
}
