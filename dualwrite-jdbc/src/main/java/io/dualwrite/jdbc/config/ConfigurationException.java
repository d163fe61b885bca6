package io.dualwrite.jdbc.config;

import java.util.List;

/**
 * A configuration that cannot work; it names every problem found, each with its place and with what
 * is allowed.
 */
public final class ConfigurationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final transient List<String> problems;

  /** All problems, at least one. */
  public ConfigurationException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** A file that cannot be read. */
  public ConfigurationException(String problem, Throwable cause) {
    super(problem, cause);
    this.problems = List.of(problem);
  }

  /** One line each. */
  public List<String> problems() {
    return problems;
  }
}
