package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The plans of the texts met last on one physical connection, found by the very {@code String}:
 * most applications prepare constants. A text that shares its place with another, or comes as a new
 * {@code String}, is looked up where all plans are. Confined to the connection's thread.
 */
public final class RecentPlans {
  private static final int PLACES = 64;

  private final @Nullable String[] texts = new String[PLACES];
  private final @Nullable RequestedKeys[] requested = new RequestedKeys[PLACES];
  private final @Nullable CapturePlan[] plans = new CapturePlan[PLACES];
  private @Nullable Object owner;

  /**
   * The plan, if it is here.
   *
   * @param of the state of the schema that it must have been decided in
   */
  @SuppressWarnings("ReferenceEquality") // equal texts are what the other cache is for
  public @Nullable CapturePlan get(Object of, String sql, RequestedKeys keys) {
    int place = place(sql);
    return texts[place] == sql && requested[place] == keys && owner == of ? plans[place] : null;
  }

  /** Keeps a plan; those of another state are forgotten. */
  @SuppressWarnings("ReferenceEquality")
  public void put(Object of, String sql, RequestedKeys keys, CapturePlan plan) {
    if (owner != of) {
      clear();
      owner = of;
    }
    int place = place(sql);
    texts[place] = sql;
    requested[place] = keys;
    plans[place] = plan;
  }

  /** Forgets all: names may resolve otherwise from now on. */
  void clear() {
    if (owner != null) {
      owner = null;
      Arrays.fill(texts, null);
      Arrays.fill(requested, null);
      Arrays.fill(plans, null);
    }
  }

  private static int place(String sql) {
    int hash = sql.hashCode();
    return (hash ^ hash >>> 16) & PLACES - 1;
  }
}
