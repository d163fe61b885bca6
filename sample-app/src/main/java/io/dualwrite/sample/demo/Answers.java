package io.dualwrite.sample.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What the application has answered to its users, in the order of arrival. Safe for use by several
 * threads.
 */
final class Answers {
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();

  /**
   * A request that the user was told is done.
   *
   * @param request its id
   * @param micros how long the user waited
   */
  record Acknowledged(UUID request, long micros) {}

  /** Takes up a line as {@code io.dualwrite.sample.Traffic} writes it. */
  synchronized void add(String line) {
    String[] words = line.split(" ", 3);
    if (words[0].equals("ok")) {
      acknowledged.add(new Acknowledged(UUID.fromString(words[1]), Long.parseLong(words[2])));
    } else {
      failures.add(line);
    }
  }

  /** How many there are so far: a place to begin reading from later. */
  synchronized int count() {
    return acknowledged.size();
  }

  synchronized List<Acknowledged> between(int from, int to) {
    return List.copyOf(acknowledged.subList(from, to));
  }

  synchronized List<String> failures() {
    return List.copyOf(failures);
  }
}
