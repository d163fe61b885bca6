package io.dualwrite.reconciler.cli;

import io.dualwrite.reconciler.Databases;
import java.io.PrintWriter;
import java.util.Map;

/**
 * What surrounds a command.
 *
 * @param environment the environment variables
 * @param out where results go
 * @param err where everything else goes
 * @param interruption what happens on Ctrl-C
 */
record Terminal(
    Map<String, String> environment, PrintWriter out, PrintWriter err, Interruption interruption) {

  /** The same databases; what runs in them is cancelled on Ctrl-C. */
  Databases cancelling(Databases databases) {
    interruption.cancels(databases);
    return databases;
  }
}
