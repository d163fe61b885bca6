package io.dualwrite.reconciler.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** A command run in this JVM: its exit code and what it wrote. */
record Ran(int code, String out, String err) {

  static Ran of(String... args) {
    return with(Map.of(), args);
  }

  static Ran with(Map<String, String> environment, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.run(
            new Terminal(
                environment, new PrintWriter(out), new PrintWriter(err), new Interruption()),
            args);
    return new Ran(code, out.toString(), err.toString());
  }
}
