package io.dualwrite.jdbc.schema;

import java.util.List;

/**
 * A foreign key, seen from the referencing table.
 *
 * @param name the constraint's name
 * @param columns the referencing columns
 * @param parent the referenced table
 * @param parentColumns the referenced columns, in the order of {@code columns}
 * @param deferrable whether {@code SET CONSTRAINTS … DEFERRED} applies
 * @param onDelete {@code pg_constraint.confdeltype}: {@code a} no action, {@code r} restrict,
 *     {@code c} cascade, {@code n} set null, {@code d} set default
 * @param onUpdate {@code pg_constraint.confupdtype}, likewise
 */
public record ForeignKey(
    String name,
    List<String> columns,
    TableName parent,
    List<String> parentColumns,
    boolean deferrable,
    char onDelete,
    char onUpdate) {}
