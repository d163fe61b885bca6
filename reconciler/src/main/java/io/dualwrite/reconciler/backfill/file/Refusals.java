package io.dualwrite.reconciler.backfill.file;

/** What a server's refusal of a value or row means, in words without values. */
final class Refusals {
  private Refusals() {}

  /**
   * In words.
   *
   * @param state the SQLState
   * @param constraint the constraint's name, or nothing
   */
  static String words(String state, String constraint) {
    if (state.equals(LockedRows.LEFT_OUT)) {
      return "left out by a trigger of the target";
    }
    String named = constraint.isEmpty() ? "" : " " + constraint;
    return switch (state) {
          case "22P02", "22P03", "22007", "2202E", "22023", "42601", "42602", "XX000" ->
              "not a value of the type";
          case "22003", "22008" -> "out of the type's range";
          case "22001", "22026" -> "too long";
          case "22021", "22P05" -> "a character that the database cannot hold";
          case "23502" -> "null where none may be";
          case "23503" -> "refers to a row that is not there," + named;
          case "23505", "23P01" -> "another row has the same," + named;
          case "23514" -> "violates the check" + named;
          default -> "refused";
        }
        + " ("
        + state
        + ")";
  }
}
