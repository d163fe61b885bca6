package io.dualwrite.reconciler.cli;

import java.util.List;
import picocli.CommandLine;

/**
 * The command {@code reconciler}. Results go to standard output, progress, logs and errors to
 * standard error.
 */
public final class Main {
  private Main() {}

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    Interruption interruption = new Interruption();
    Terminal terminal =
        new Terminal(
            System.getenv(),
            GatedWriter.on(System.out, interruption),
            GatedWriter.on(System.err, interruption),
            interruption);
    Thread armed = interruption.arm(System.err, Errors.interrupted(List.of(args)));
    int code = run(terminal, args);
    interruption.disarm(armed);
    System.exit(code);
  }

  /** Runs a command in this JVM and returns its exit code. */
  static int run(Terminal terminal, String... args) {
    CommandLine line = new CommandLine(new ReconcilerCommand(), new Commands(terminal));
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    line.setUsageHelpWidth(80);
    line.setUsageHelpAutoWidth(false);
    GroupedOptions.in(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setParameterExceptionHandler(Errors::usage);
    line.setExecutionExceptionHandler(Errors::failure);
    int code = execute(line, args);
    boolean lost = terminal.out().checkError() && !terminal.interruption().happened();
    if (lost) {
      terminal.err().println("The result could not be written to standard output.");
    }
    terminal.err().flush();
    return lost && code <= ExitCodes.DIFFERENCES ? ExitCodes.DATABASE : code;
  }

  /** An error of the machine or of a library is no result of a comparison. */
  private static int execute(CommandLine line, String... args) {
    try {
      return line.execute(args);
    } catch (VirtualMachineError | LinkageError | AssertionError e) {
      return Errors.broken(e, line, args);
    }
  }
}
