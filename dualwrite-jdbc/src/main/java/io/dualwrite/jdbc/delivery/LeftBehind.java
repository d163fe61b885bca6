package io.dualwrite.jdbc.delivery;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.delivery.RememberedRows.Remembered;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows that only memory names and that nobody delivers any more, because delivery is closed: each
 * is counted, and each table is named in the log once. Safe for use by several threads.
 */
final class LeftBehind {
  private static final Logger LOG = LoggerFactory.getLogger(LeftBehind.class);

  private final DualWriteMetrics metrics;
  private final Set<String> said = ConcurrentHashMap.newKeySet();

  LeftBehind(DualWriteMetrics metrics) {
    this.metrics = metrics;
  }

  void add(Collection<Remembered> rows) {
    Map<String, Long> byTable =
        rows.stream().collect(Collectors.groupingBy(Remembered::table, Collectors.counting()));
    byTable.forEach(
        (table, count) -> {
          for (long i = 0; i < count; i++) {
            metrics.secondaryFailure(table, "left-behind");
          }
          if (said.add(table)) {
            LOG.warn(
                "delivery: {} rows of {} that no journal names are left behind; the reconciler will find them",
                count,
                table);
          }
        });
  }
}
