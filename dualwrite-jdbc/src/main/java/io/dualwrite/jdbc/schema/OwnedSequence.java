package io.dualwrite.jdbc.schema;

/**
 * A sequence that belongs to a column: {@code serial}, identity, or {@code OWNED BY}.
 *
 * @param sequence the sequence
 * @param table the table that it belongs to
 * @param column the column that it belongs to
 */
public record OwnedSequence(TableName sequence, TableName table, String column) {}
