package io.dualwrite.reconciler.inspect;

import java.util.Collection;
import java.util.List;

/** The first few of many names. */
final class Some {
  private static final int NAMED = 8;

  private Some() {}

  static String of(Collection<String> names) {
    List<String> first = names.stream().limit(NAMED).toList();
    int more = names.size() - first.size();
    return String.join(", ", first) + (more == 0 ? "" : " and " + more + " more");
  }
}
