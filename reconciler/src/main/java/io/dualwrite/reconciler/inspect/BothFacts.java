package io.dualwrite.reconciler.inspect;

import io.dualwrite.Phase;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.schema.Mirror;
import io.dualwrite.jdbc.schema.Table;
import io.dualwrite.jdbc.schema.TablePair;

/** Everything that the checks look at. */
record BothFacts(
    MigrationConfig config,
    InspectOptions options,
    Phase phase,
    Mirror mirror,
    SideFacts source,
    SideFacts target) {

  SideFacts on(Side side) {
    return side == Side.SOURCE ? source : target;
  }

  RelationFacts facts(TablePair pair, Side side) {
    Table table = pair.on(side);
    return on(side).of(table);
  }

  /** About how many rows the larger of both has. */
  long rows(TablePair pair) {
    return Math.max(facts(pair, Side.SOURCE).rows(), facts(pair, Side.TARGET).rows());
  }

  /** Whether a range of that column can be read through an index of {@code side}. */
  boolean indexed(TablePair pair, Side side, String column) {
    return on(side).indexesOf(pair.on(side)).stream().anyMatch(i -> i.leads(column));
  }
}
