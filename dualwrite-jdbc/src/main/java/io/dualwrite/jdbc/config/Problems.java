package io.dualwrite.jdbc.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is wrong with one file, gathered so that all of it is told at once. */
final class Problems {
  /** The line of what is not in the file but was given beside it. */
  static final int SETTINGS = -1;

  private final String file;
  private final List<Problem> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  /** Of a place; line 0 is the whole file. */
  void add(int line, String problem) {
    String place =
        line == SETTINGS
            ? "connection properties dualwrite.*"
            : line > 0 ? file + " line " + line : file;
    found.add(new Problem(line, place + ": " + problem));
  }

  /** Ends the reading if anything was found, in the file's order. */
  void throwIfAny() {
    if (!found.isEmpty()) {
      throw new ConfigurationException(
          found.stream()
              .sorted(Comparator.comparingInt(Problem::line))
              .map(Problem::text)
              .toList());
    }
  }

  private record Problem(int line, String text) {}
}
