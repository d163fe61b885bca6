package io.dualwrite.jdbc.schema;

import java.util.Set;

/**
 * Any relation that a statement can name, tables included.
 *
 * @param oid its {@code pg_class.oid}
 * @param name schema and name
 * @param kind table, view, …
 * @param root the oid of the partitioned table or hypertable at its top; its own oid for everything
 *     else
 * @param reads for a view, the oids of the relations that it reads, directly
 * @param redirected whether rewrite rules, or triggers in place of a view's writes, send its writes
 *     elsewhere
 */
public record Relation(
    long oid, TableName name, RelationKind kind, long root, Set<Long> reads, boolean redirected) {}
