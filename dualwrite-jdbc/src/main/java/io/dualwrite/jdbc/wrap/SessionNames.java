package io.dualwrite.jdbc.wrap;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How unqualified names resolve on one physical connection, as far as it is known. Confined to the
 * connection's thread.
 */
public final class SessionNames {
  private final RecentPlans recent = new RecentPlans();
  private @Nullable String searchPath;
  private boolean temporaryTables;
  private @Nullable Object known;

  /**
   * The effective search path as a key for caches; null until looked up, and again after a
   * statement that may have changed it.
   */
  public @Nullable String searchPath() {
    return searchPath;
  }

  /** Notes the effective search path. */
  public void searchPath(@Nullable String path) {
    if (!Objects.equals(path, searchPath)) {
      searchPath = path;
      recent.clear();
    }
    if (path == null) {
      known = null;
    }
  }

  /**
   * Whether temporary tables may shadow others, so that nothing resolved here may be cached for
   * other connections.
   */
  public boolean temporaryTables() {
    return temporaryTables;
  }

  /** What was noted with {@link #know}; null again once the search path is. */
  public @Nullable Object known() {
    return known;
  }

  /** Notes what holds for this session alone, as long as names mean what they mean now. */
  public void know(Object what) {
    known = what;
  }

  /** Notes that a temporary table was created. */
  public void createdTemporaryTable() {
    temporaryTables = true;
    recent.clear();
  }

  /** The plans of the texts met last, as names resolve now. */
  public RecentPlans recent() {
    return recent;
  }
}
