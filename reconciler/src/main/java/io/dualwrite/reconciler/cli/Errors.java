package io.dualwrite.reconciler.cli;

import io.dualwrite.jdbc.config.ConfigurationException;
import io.dualwrite.jdbc.config.Suggestion;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.reconciler.ReconcilerException;
import io.dualwrite.reconciler.checksum.ChecksumException;
import io.dualwrite.reconciler.report.NextStep;
import io.dualwrite.reconciler.window.SideReadException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What goes wrong, in one line, and the exit code that belongs to it. */
final class Errors {
  private static final String GRANT =
      ". Grant it to the user: `reconciler init --print` shows the control schema's grants,"
          + " docs/reconciler.md the tables'.";

  private static final Pattern NOT_A_NUMBER =
      Pattern.compile("Invalid value for option '(\\S+)'[^:]*: '(.*)' is not an? (?:int|long)");
  private static final Pattern NO_VALUE =
      Pattern.compile("Missing required parameter for option '(\\S+)' \\((\\S+)\\)");

  private static final Pattern URL = Pattern.compile("jdbc:|://|@");

  private Errors() {}

  static int usage(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    String message =
        e instanceof UnmatchedArgumentException unmatched
            ? unknown(unmatched)
            : inWords(String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage"));
    err.println(e.getCommandLine().getCommandSpec().qualifiedName() + ": " + message);
    return ExitCodes.USAGE;
  }

  private static String inWords(String message) {
    return NO_VALUE
        .matcher(NOT_A_NUMBER.matcher(message).replaceFirst("$1 must be a whole number, was $2"))
        .replaceFirst("$1 needs a value: $1 $2");
  }

  /** Names the first word alone: those behind it may be URLs with passwords. */
  private static String unknown(UnmatchedArgumentException e) {
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    String typed = e.getUnmatched().get(0);
    boolean option = typed.startsWith("-");
    Collection<String> known = option ? spec.optionsMap().keySet() : spec.subcommands().keySet();
    // A letter is near to every other letter.
    String near = typed.length() <= 2 ? "" : Suggestion.didYouMean(shown(typed), known);
    String what = option ? "option" : known.isEmpty() ? "argument" : "command";
    return "unknown "
        + what
        + " "
        + shown(typed)
        + "."
        + (near.isEmpty() ? " See " + spec.qualifiedName() + " -h" : near);
  }

  /** A URL is not repeated, nor is what an option was given. */
  private static String shown(String typed) {
    int value = typed.startsWith("-") ? typed.indexOf('=') : -1;
    if (value > 0) {
      return typed.substring(0, value);
    }
    return URL.matcher(typed).find() ? "(a URL)" : typed;
  }

  /** What an interrupted command leaves. */
  static String interrupted(List<String> args) {
    if (args.contains("--restore-indexes")) {
      return "Interrupted. What was built is there; the same command goes on with the rest.";
    }
    if (args.contains("backfill")) {
      return "Interrupted. What is done is kept; the same command with --resume goes on from there.";
    }
    if (args.contains("repair")) {
      return "Interrupted. What was repaired before is kept; the same command with --resume goes on from there.";
    }
    return args.contains("compare")
        ? "Interrupted. The same command with --resume goes on from what was kept."
        : "Interrupted.";
  }

  static int failure(Exception e, CommandLine line, ParseResult parsed) {
    PrintWriter err = line.getErr();
    NextStep next =
        line.getCommand() instanceof Connected command
            ? command.connection().next()
            : new NextStep("reconciler", List.of(), List.of());
    boolean debug = parsed != null && parsed.originalArgs().contains("--debug");
    if (debug) {
      StackTrace.print(e, err);
    }
    if (Thread.currentThread().isInterrupted()) {
      err.println(interrupted(parsed == null ? List.of() : parsed.originalArgs()));
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
    if (e instanceof UncheckedIOException) {
      err.println(e.getMessage());
      return ExitCodes.DATABASE;
    }
    if (e instanceof ReconcilerException known) {
      err.println(next.complete(String.valueOf(known.getMessage())));
      return switch (known.kind()) {
        case USAGE -> ExitCodes.USAGE;
        case CONFLICT -> ExitCodes.DIFFERENCES;
        case DATABASE -> ExitCodes.DATABASE;
      };
    }
    if (e instanceof SideReadException failed) {
      err.println(next.complete(failed.problem() + (failed.isRefused() ? GRANT : "")));
      return ExitCodes.DATABASE;
    }
    err.println(unexpected(e, debug));
    return ExitCodes.DATABASE;
  }

  private static String unexpected(Throwable e, boolean debug) {
    return "Unexpected: " + Failures.describe(e) + (debug ? "" : ". --debug shows where");
  }

  /** The process itself has failed: too little memory, a library that cannot be loaded. */
  static int broken(Error e, CommandLine line, String... args) {
    boolean debug = List.of(args).contains("--debug");
    if (debug) {
      StackTrace.print(e, line.getErr());
    }
    line.getErr().println(unexpected(e, debug));
    return ExitCodes.DATABASE;
  }
}
