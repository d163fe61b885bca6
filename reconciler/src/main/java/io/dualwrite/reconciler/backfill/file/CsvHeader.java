package io.dualwrite.reconciler.backfill.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The names in the first line of a CSV file. */
final class CsvHeader {
  private CsvHeader() {}

  /** The names; empty if a quote is not closed. */
  static Optional<List<String>> names(String line, char delimiter, Optional<Character> quote) {
    char q = quote.orElse('\0');
    List<String> names = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote.isPresent() && c == q) {
        if (quoted && i + 1 < line.length() && line.charAt(i + 1) == q) {
          name.append(q);
          i++;
        } else {
          quoted = !quoted;
        }
      } else if (c == delimiter && !quoted) {
        names.add(name.toString());
        name.setLength(0);
      } else {
        name.append(c);
      }
    }
    names.add(name.toString());
    return quoted ? Optional.empty() : Optional.of(names);
  }
}
