package io.dualwrite.jdbc.journal;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * The 64-bit keys of dualwrite's advisory locks: a pure function of names, the same in every
 * instance and version. They lie from 2^62 on, far from the numbers and 32-bit hashes that
 * applications lock by; locks by two numbers are PostgreSQL's other key space.
 */
public final class LockKeys {
  private static final long LOWEST = 1L << 62;

  private LockKeys() {}

  /** The key of {@code dualwrite:<scope>:<name>}. */
  public static long of(String scope, String name) {
    long hash =
        Hashing.sha256()
            .hashString("dualwrite:" + scope + ":" + name, StandardCharsets.UTF_8)
            .asLong();
    return hash >>> 2 | LOWEST;
  }

  /**
   * The key of one slice of a table. No name has the character that sets the number apart, so that
   * it is never a table's.
   */
  public static long ofSlice(String scope, String table, int slice) {
    return of(scope, table + '\0' + slice);
  }
}
