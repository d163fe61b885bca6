package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The plans decided in one state of the schema, by text and generated keys: those that depend on no
 * name for all search paths, the others for one (where a session has temporary tables, for that
 * session). Safe for use by many threads.
 */
public final class PlanCache {
  /** Texts kept; an application that makes up ever new texts starts over at this many. */
  private static final int MOST_TEXTS = 20_000;

  private final Map<Key, CapturePlan> everywhere = new ConcurrentHashMap<>();
  private final Map<String, Map<Key, CapturePlan>> bySearchPath = new ConcurrentHashMap<>();

  private record Key(String sql, RequestedKeys keys) {
    /** Called for every statement. */
    @Override
    public int hashCode() {
      return sql.hashCode() + keys.hashCode();
    }
  }

  /**
   * Plans for one session alone, whose temporary tables may hide others; by one thread at a time.
   */
  private record OfSession(PlanCache cache, Map<Key, CapturePlan> plans) {}

  /** The plan, if it was decided for names as they resolve in this session. */
  public @Nullable CapturePlan find(SessionNames session, String sql, RequestedKeys keys) {
    CapturePlan plan = session.recent().get(this, sql, keys);
    return plan != null ? plan : findByText(session, sql, keys);
  }

  private @Nullable CapturePlan findByText(SessionNames session, String sql, RequestedKeys keys) {
    Key key = new Key(sql, keys);
    Map<Key, CapturePlan> asNamesResolve = asNamesResolve(session);
    CapturePlan plan = asNamesResolve == null ? null : asNamesResolve.get(key);
    if (plan == null) {
      plan = everywhere.get(key);
    }
    if (plan != null) {
      session.recent().put(this, sql, keys, plan);
    }
    return plan;
  }

  private @Nullable Map<Key, CapturePlan> asNamesResolve(SessionNames session) {
    String path = session.searchPath();
    if (path == null || !session.temporaryTables()) {
      return path == null ? null : bySearchPath.get(path);
    }
    return session.known() instanceof OfSession known && known.cache() == this
        ? known.plans()
        : null;
  }

  /** Keeps a plan that depends on no name. */
  public void keep(String sql, RequestedKeys keys, CapturePlan plan) {
    put(everywhere, new Key(sql, keys), plan);
  }

  /** Keeps a plan for names as they resolve in this session, if that is known. */
  public void keep(SessionNames session, String sql, RequestedKeys keys, CapturePlan plan) {
    String path = session.searchPath();
    if (path == null) {
      return;
    }
    Map<Key, CapturePlan> plans = asNamesResolve(session);
    if (plans == null && session.temporaryTables()) {
      plans = new HashMap<>();
      session.know(new OfSession(this, plans));
    } else if (plans == null) {
      plans = bySearchPath.computeIfAbsent(path, p -> new ConcurrentHashMap<>());
    }
    put(plans, new Key(sql, keys), plan);
  }

  private static void put(Map<Key, CapturePlan> plans, Key key, CapturePlan plan) {
    if (plans.size() >= MOST_TEXTS) {
      plans.clear();
    }
    plans.put(key, plan);
  }
}
