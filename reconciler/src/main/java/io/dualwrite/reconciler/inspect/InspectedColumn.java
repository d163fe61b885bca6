package io.dualwrite.reconciler.inspect;

import java.util.Optional;

/**
 * A column and its counterpart.
 *
 * @param name the source's name; of a column that only the target has, the target's
 * @param sourceType its type on the source; empty where only the target has it
 * @param target the target's name; empty where only the source has it
 * @param targetType its type on the target, likewise
 * @param compared how it is compared
 * @param note what is not plain about that
 */
public record InspectedColumn(
    String name,
    Optional<String> sourceType,
    Optional<String> target,
    Optional<String> targetType,
    Compared compared,
    Optional<String> note) {

  /** How a column's values are compared. */
  public enum Compared {
    /** By value, exactly. */
    EXACTLY("exactly"),
    /** By its canonical text, which is exact but costs more. */
    AS_TEXT("as text"),
    /** The source's value as the target's column holds it after a copy. */
    CONVERTED("as the target's type"),
    /** By its tree. */
    BY_TREE("by tree"),
    /** Not at all: each side computes it, the configuration leaves it out, or one side lacks it. */
    NOT("not compared"),
    /** It cannot be: the table is not mirrored because of it. */
    CANNOT("cannot be");

    private final String label;

    Compared(String label) {
      this.label = label;
    }

    /** In words. */
    public String label() {
      return label;
    }
  }
}
