package io.dualwrite.reconciler.backfill;

import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.TableName;

/**
 * A foreign key or an index of a target's table that may be dropped while history is loaded.
 *
 * @param table the table on the target
 * @param kind what it is
 * @param name its name; an index' with its schema
 * @param definition what makes it again
 */
record Deferred(TableName table, Kind kind, String name, Definition definition) {
  /** What it is. */
  enum Kind {
    INDEX,
    FOREIGN_KEY
  }

  String drop() {
    return kind == Kind.INDEX
        ? "DROP INDEX " + name
        : "ALTER TABLE " + table.sql() + " DROP CONSTRAINT " + Identifiers.quote(name);
  }

  /** In words. */
  String label() {
    return kind == Kind.INDEX ? "index " + name : "foreign key " + name;
  }
}
