package io.dualwrite.reconciler.cli;

import io.dualwrite.jdbc.config.ConfigurationException;
import io.dualwrite.jdbc.config.Suggestion;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.reconciler.ReconcilerException;
import io.dualwrite.reconciler.checksum.ChecksumException;
import io.dualwrite.reconciler.window.SideReadException;
import java.io.PrintWriter;
import java.util.Collection;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What goes wrong, in one line, and the exit code that belongs to it. */
final class Errors {
  private Errors() {}

  static int usage(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
    err.println(
        e.getCommandLine().getCommandSpec().qualifiedName() + ": " + message + suggestion(e));
    return ExitCodes.USAGE;
  }

  private static String suggestion(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    String typed = unmatched.getUnmatched().get(0);
    Collection<String> known =
        typed.startsWith("-") ? spec.optionsMap().keySet() : spec.subcommands().keySet();
    String near = Suggestion.didYouMean(typed, known);
    return "." + (near.isEmpty() ? " See " + spec.qualifiedName() + " -h" : near);
  }

  static int failure(Exception e, CommandLine line, ParseResult parsed) {
    PrintWriter err = line.getErr();
    boolean debug = parsed != null && parsed.originalArgs().contains("--debug");
    if (debug) {
      e.printStackTrace(err);
    }
    if (Thread.currentThread().isInterrupted()) {
      err.println("Interrupted. Steps that were done are kept, the one under way is not.");
      return ExitCodes.INTERRUPTED;
    }
    if (e instanceof ConfigurationException configuration) {
      configuration.problems().forEach(err::println);
      return ExitCodes.USAGE;
    }
    if (e instanceof IllegalArgumentException || e instanceof ChecksumException) {
      err.println(e.getMessage());
      return ExitCodes.USAGE;
    }
    if (e instanceof ReconcilerException known) {
      err.println(known.getMessage());
      return known.kind() == ReconcilerException.Kind.USAGE ? ExitCodes.USAGE : ExitCodes.DATABASE;
    }
    if (e instanceof SideReadException failed) {
      err.println(failed.problem());
      return ExitCodes.DATABASE;
    }
    err.println("Unexpected: " + Failures.describe(e) + (debug ? "" : ". --debug shows where"));
    return ExitCodes.DATABASE;
  }
}
