package io.dualwrite.jdbc.config;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts environment variables into texts. A variable stands in braces behind a dollar sign, with a
 * default behind a colon if it has one; two dollar signs stand for the character itself there. What
 * comes from the environment is not looked at again.
 */
final class Variables {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final Function<String, @Nullable String> environment;

  Variables(Function<String, @Nullable String> environment) {
    this.environment = environment;
  }

  /** The text with its variables put in, or nothing and a problem. */
  Optional<String> expand(String text, Consumer<String> problem) {
    StringBuilder expanded = new StringBuilder();
    int at = 0;
    while (true) {
      int start = text.indexOf("${", at);
      if (start < 0) {
        return Optional.of(expanded.append(text, at, text.length()).toString());
      }
      if (start > at && text.charAt(start - 1) == '$') {
        expanded.append(text, at, start - 1).append("${");
        at = start + 2;
        continue;
      }
      int end = text.indexOf('}', start);
      if (end < 0) {
        problem.accept("${ without a closing }. Write $${ for the characters themselves.");
        return Optional.empty();
      }
      Optional<String> value = value(text.substring(start + 2, end), problem);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      expanded.append(text, at, start).append(value.get());
      at = end + 1;
    }
  }

  private Optional<String> value(String variable, Consumer<String> problem) {
    int colon = variable.indexOf(':');
    String name = colon < 0 ? variable : variable.substring(0, colon);
    if (!NAME.matcher(name).matches()) {
      problem.accept(
          "${...} must hold the name of an environment variable, as in ${NAME} or ${NAME:default}.");
      return Optional.empty();
    }
    String value = environment.apply(name);
    if (value != null) {
      return Optional.of(value);
    }
    if (colon >= 0) {
      return Optional.of(variable.substring(colon + 1));
    }
    problem.accept(
        "the environment variable "
            + name
            + " is not set. Set it, or give a default: ${"
            + name
            + ":...}.");
    return Optional.empty();
  }
}
