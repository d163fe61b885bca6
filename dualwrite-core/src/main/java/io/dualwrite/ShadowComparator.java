package io.dualwrite;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says whether both sides gave the same answer to a read. */
@FunctionalInterface
public interface ShadowComparator {
  /**
   * Whether the answers are the same. Called on a background thread while the application uses
   * {@code primary} already, so answers must not change after they were given.
   *
   * @throws Exception if that cannot be told; counted as an error
   */
  boolean same(String operation, @Nullable Object primary, @Nullable Object secondary)
      throws Exception;

  /** By {@code equals}, arrays by their elements. */
  static ShadowComparator equality() {
    return (operation, primary, secondary) -> Objects.deepEquals(primary, secondary);
  }
}
