package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.schema.Lane;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The lanes that delivery works by, and who works for which table: read together, so that nobody
 * takes a table for one without a lane while its worker is being made.
 *
 * @param lanes as their source gave them; none before the secondary was seen
 * @param workers by table
 * @param replaced whether others have taken their place
 */
record Adopted(List<Lane> lanes, Map<String, LaneWorker> workers, AtomicBoolean replaced) {
  Adopted {
    workers = Map.copyOf(workers);
  }

  /** Who works for the table, if anybody does. */
  @Nullable LaneWorker worker(String table) {
    return workers.get(table);
  }

  /** Each worker once. */
  Set<LaneWorker> distinct() {
    return Set.copyOf(workers.values());
  }
}
