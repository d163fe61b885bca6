package io.dualwrite;

import java.util.Locale;

/** One of the two stores of a migration. Sides never swap names; roles (primary, secondary) do. */
public enum Side {
  /** The old store. */
  SOURCE,
  /** The new store. */
  TARGET;

  /** The store across from this one. */
  public Side other() {
    return this == SOURCE ? TARGET : SOURCE;
  }

  /**
   * The name as it stands in messages, metric tags and configuration: {@code source}, {@code
   * target}.
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
