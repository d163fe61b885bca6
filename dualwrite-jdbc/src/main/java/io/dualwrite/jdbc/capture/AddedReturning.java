package io.dualwrite.jdbc.capture;

/**
 * Whether pgjdbc adds {@code RETURNING} to a statement that has none when generated keys are asked
 * for. It goes by keywords ({@code org.postgresql.core.Parser}): the first that it knows says what
 * kind of statement it is, wherever it stands, and an {@code INSERT} counts in the first statement
 * of a text only.
 */
final class AddedReturning {
  private AddedReturning() {}

  static boolean to(TokenRun run, boolean firstOfText) {
    for (int i = 0; i < run.size(); i++) {
      switch (run.get(i).word()) {
        case "CREATE", "ALTER", "MOVE", "SELECT" -> {
          return false;
        }
        case "UPDATE", "DELETE" -> {
          return true;
        }
        case "INSERT" -> {
          if (firstOfText) {
            return true;
          }
        }
        case "WITH" -> {
          return afterWith(run, i + 1);
        }
        default -> {}
      }
    }
    return false;
  }

  private static boolean afterWith(TokenRun run, int from) {
    int outside = run.get(0).depth();
    for (int i = from; i < run.size(); i++) {
      if (run.get(i).depth() == outside
          && run.isAny(i, "UPDATE", "DELETE", "INSERT", "SELECT")
          && !run.is(i + 1, "AS")) {
        return !run.is(i, "SELECT");
      }
    }
    return true;
  }
}
