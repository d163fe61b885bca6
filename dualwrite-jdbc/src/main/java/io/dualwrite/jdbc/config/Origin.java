package io.dualwrite.jdbc.config;

import java.util.Map;

/**
 * Where a configuration was read from, so that a problem found later still names its place.
 *
 * @param name the file's name; empty for a program
 * @param lines the line of each key path
 */
public record Origin(String name, Map<String, Integer> lines) {

  /** Built by a program. */
  public static final Origin PROGRAM = new Origin("", Map.of());

  public Origin {
    lines = Map.copyOf(lines);
  }

  /**
   * The start of a message about a key: {@code dualwrite.yaml line 14:
   * tables.overrides.public.metrcs}.
   */
  public String at(String keyPath) {
    Integer line = lines.get(keyPath);
    if (name.isEmpty()) {
      return keyPath;
    }
    return line == null || line <= 0
        ? name + ": " + keyPath
        : name + " line " + line + ": " + keyPath;
  }

  @Override
  public String toString() {
    return name;
  }
}
