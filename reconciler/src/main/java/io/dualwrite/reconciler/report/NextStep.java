package io.dualwrite.reconciler.report;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The next command to give, whole, so that it can be pasted into a shell.
 *
 * @param program how the command line is called
 * @param connection the options that lead to the databases, without passwords
 * @param scope the options that say which part is looked at
 */
public record NextStep(String program, List<String> connection, List<String> scope) {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+,-]+");
  private static final Pattern HINT =
      Pattern.compile("`reconciler ([a-z-]+(?: (?:show|set [A-Z_]+|engage|release))?)");

  public NextStep {
    connection = List.copyOf(connection);
    scope = List.copyOf(scope);
  }

  /** A command for the same databases. */
  public String of(String command, String... more) {
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.addAll(connection);
    words.addAll(List.of(more));
    return shell(words);
  }

  /** A command for the same databases and the same part of them. */
  public String within(String command, String... more) {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(connection);
    words.addAll(scope);
    words.addAll(List.of(more));
    return shell(words);
  }

  /** Completes the commands that a message names in backticks. */
  public String complete(String message) {
    return HINT.matcher(message)
        .replaceAll(found -> Matcher.quoteReplacement("`" + of(found.group(1))));
  }

  private String shell(List<String> words) {
    return quoted(program) + " " + words.stream().map(NextStep::quoted).collect(joining(" "));
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
