package io.dualwrite.chaos.history;

/** What an application knows of a transaction. */
public enum Outcome {
  /** About to be committed; where nothing follows, the application was killed. */
  INTENDED('I'),
  /** Committed, for certain. */
  ACKNOWLEDGED('A'),
  /** Rolled back, for certain. */
  ROLLED_BACK('R'),
  /** The answer was lost. */
  UNKNOWN('U');

  private final char mark;

  Outcome(char mark) {
    this.mark = mark;
  }

  char mark() {
    return mark;
  }

  static Outcome of(char mark) {
    for (Outcome outcome : values()) {
      if (outcome.mark == mark) {
        return outcome;
      }
    }
    throw new IllegalArgumentException("not an outcome: " + mark);
  }
}
