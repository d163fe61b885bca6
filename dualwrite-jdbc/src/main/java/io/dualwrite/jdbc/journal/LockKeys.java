package io.dualwrite.jdbc.journal;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * The 64-bit keys of dualwrite's advisory locks: a pure function of names, the same in every
 * instance and version.
 */
public final class LockKeys {
  private LockKeys() {}

  /** The key of {@code dualwrite:<scope>:<name>}. */
  public static long of(String scope, String name) {
    return Hashing.sha256()
        .hashString("dualwrite:" + scope + ":" + name, StandardCharsets.UTF_8)
        .asLong();
  }
}
