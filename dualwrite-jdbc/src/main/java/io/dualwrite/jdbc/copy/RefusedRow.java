package io.dualwrite.jdbc.copy;

import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;

/**
 * A row that the secondary would not take.
 *
 * @param table its table
 * @param key its key, as it was asked for
 * @param cause the secondary's answer
 */
public record RefusedRow(TablePair table, RowKey key, SQLException cause) {}
