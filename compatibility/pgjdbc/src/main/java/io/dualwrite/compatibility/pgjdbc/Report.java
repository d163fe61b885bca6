package io.dualwrite.compatibility.pgjdbc;

import java.io.PrintStream;
import java.util.Map;

/** What differs between two runs. */
record Report(Map<String, Outcome> bare, Map<String, Outcome> wrapped) {
  private static final Outcome MISSING = new Outcome("MISSING", "did not run");

  /** Whether nothing that passes bare fails wrapped. */
  boolean print(PrintStream out) {
    out.println("bare: " + counted(bare));
    out.println("wrapped: " + counted(wrapped));
    long differing = 0;
    for (Map.Entry<String, Outcome> test : bare.entrySet()) {
      Outcome other = wrapped.getOrDefault(test.getKey(), MISSING);
      if (test.getValue().passed() && !other.passed()) {
        differing++;
        out.println(test.getKey() + "\t" + other);
      }
    }
    for (Map.Entry<String, Outcome> test : wrapped.entrySet()) {
      // A class that fails as a whole has no such line where it passes.
      if (test.getValue().status().equals("FAILED") && !bare.containsKey(test.getKey())) {
        differing++;
        out.println(test.getKey() + "\t" + test.getValue());
      }
    }
    out.println(differing + " tests pass on the bare driver and not through dualwrite");
    return differing == 0;
  }

  private static String counted(Map<String, Outcome> outcomes) {
    long passed = outcomes.values().stream().filter(Outcome::passed).count();
    long skipped = outcomes.values().stream().filter(o -> o.status().equals("SKIPPED")).count();
    return passed + " passed, " + skipped + " skipped, " + (outcomes.size() - passed - skipped) + " failed";
  }
}
