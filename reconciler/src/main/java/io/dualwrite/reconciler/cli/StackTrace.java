package io.dualwrite.reconciler.cli;

import io.dualwrite.jdbc.copy.Failures;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Where an error comes from. What a server said is told without its detail, which quotes rows: a
 * stack trace's own text has it.
 */
final class StackTrace {
  private StackTrace() {}

  static void print(Throwable error, PrintWriter out) {
    print("", error, out, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static void print(String role, Throwable error, PrintWriter out, Set<Throwable> seen) {
    if (!seen.add(error)) {
      return;
    }
    out.println(role + error.getClass().getName() + message(error));
    for (StackTraceElement frame : error.getStackTrace()) {
      out.println("\tat " + frame);
    }
    for (Throwable suppressed : error.getSuppressed()) {
      print("Suppressed: ", suppressed, out, seen);
    }
    if (error.getCause() != null) {
      print("Caused by: ", error.getCause(), out, seen);
    }
  }

  /** An exception that was only given a cause repeats all that the cause says. */
  private static String message(Throwable error) {
    String own = String.valueOf(error.getMessage());
    if (error instanceof SQLException sql) {
      return ": " + Failures.describe(sql);
    }
    for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
      String said = String.valueOf(cause.getMessage());
      if (cause instanceof SQLException && own.contains(said)) {
        return ": " + own.replace(said, Failures.describe(cause));
      }
    }
    return error.getMessage() == null ? "" : ": " + own;
  }
}
