package io.dualwrite.reconciler.cli;

import java.io.PrintWriter;
import java.util.Map;

/**
 * What surrounds a command.
 *
 * @param environment the environment variables
 * @param out where results go
 * @param err where everything else goes
 */
record Terminal(Map<String, String> environment, PrintWriter out, PrintWriter err) {}
