package io.dualwrite;

/** Where a migration stands. In the two middle phases every write goes to both stores. */
public enum Phase {
  /** The application uses the source alone. */
  SOURCE_ONLY(Side.SOURCE, false),
  /** The source answers; the target follows. */
  SOURCE_PRIMARY(Side.SOURCE, true),
  /** The target answers; the source follows, as the way back. */
  TARGET_PRIMARY(Side.TARGET, true),
  /** The application uses the target alone; there is no way back through the kill switch. */
  TARGET_ONLY(Side.TARGET, false);

  private final Side primary;
  private final boolean dual;

  Phase(Side primary, boolean dual) {
    this.primary = primary;
    this.dual = dual;
  }

  /** The side whose answer is the application's answer, for reads and writes. */
  public Side primary() {
    return primary;
  }

  /** The side that follows, or that is not used at all in the single-sided phases. */
  public Side secondary() {
    return primary.other();
  }

  /** Whether a write goes to both sides. */
  public boolean isDual() {
    return dual;
  }

  /** Whether a write goes to {@code side}, as primary or as secondary. */
  public boolean writes(Side side) {
    return dual || primary == side;
  }

  /**
   * Whether the migration may move from this phase straight to {@code next}: one step, either way.
   */
  @SuppressWarnings("EnumOrdinal") // The phases are declared in the order of the migration.
  public boolean canMoveTo(Phase next) {
    return Math.abs(next.ordinal() - ordinal()) == 1;
  }

  /** The phase that the application is in effect in while the kill switch is engaged. */
  public Phase whenKilled() {
    return this == TARGET_ONLY ? TARGET_ONLY : SOURCE_ONLY;
  }
}
