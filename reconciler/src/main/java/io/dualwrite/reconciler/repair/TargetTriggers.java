package io.dualwrite.reconciler.repair;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Whether a write to a table of the target may do something else than it says. */
final class TargetTriggers {
  static final String KEPT =
      "is still as it was although the target refused nothing: a trigger or rule there keeps it from being ";

  private static final String ANY =
      """
      with recursive t(oid) as (select pg_catalog.to_regclass(?)::pg_catalog.oid
        union select h.inhrelid from t join pg_catalog.pg_inherits h on h.inhparent = t.oid)
      select exists (select from t join pg_catalog.pg_trigger g on g.tgrelid = t.oid where not g.tgisinternal and g.tgenabled <> 'D')
        or exists (select from t join pg_catalog.pg_rewrite r on r.ev_class = t.oid)""";

  private TargetTriggers() {}

  /** Within the running transaction on the target. */
  static boolean on(Connection target, TablePair table) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(ANY)) {
      statement.setString(1, table.on(Side.TARGET).name().sql());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
