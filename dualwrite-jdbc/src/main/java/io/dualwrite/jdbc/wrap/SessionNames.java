package io.dualwrite.jdbc.wrap;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
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
  private boolean schemaChanged;
  private @Nullable Object uncommitted;
  private Set<Long> made = Set.of();

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
      uncommitted = null;
    }
    if (path == null) {
      known = null;
      uncommitted = null;
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

  /** Whether the transaction under way has changed the schema, and so sees what others do not. */
  public boolean schemaChanged() {
    return schemaChanged;
  }

  /**
   * Notes that the transaction under way has changed the schema, has perhaps taken a change back,
   * or has ended: what it saw until now holds no longer.
   *
   * @param stillChanged false: it has ended
   */
  void schemaChanged(boolean stillChanged) {
    schemaChanged = stillChanged;
    if (!stillChanged) {
      made = Set.of();
    }
    if (uncommitted != null) {
      uncommitted = null;
      recent.clear();
    }
  }

  /** What was noted with {@link #seeUncommitted}, as long as it holds. */
  public @Nullable Object uncommitted() {
    return uncommitted;
  }

  /** Notes what the transaction under way sees, until it changes the schema again or ends. */
  public void seeUncommitted(Object what) {
    uncommitted = what;
  }

  /**
   * Whether the transaction under way has made all of these relations, by oid, as was found: nobody
   * else sees them yet.
   */
  public boolean madeThese(Set<Long> relations) {
    return made.containsAll(relations);
  }

  /** Notes that it has made these, until it ends. */
  public void made(Set<Long> relations) {
    Set<Long> all = new HashSet<>(made);
    all.addAll(relations);
    made = Set.copyOf(all);
  }

  /** Notes that a temporary table was created. */
  public void createdTemporaryTable() {
    temporaryTables = true;
    recent.clear();
    uncommitted = null;
  }

  /** The plans of the texts met last, as names resolve now. */
  public RecentPlans recent() {
    return recent;
  }
}
