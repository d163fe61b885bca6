package io.dualwrite.reconciler.backfill.file;

import io.dualwrite.jdbc.schema.ColumnPair;

/**
 * A column of the table and where a file has its values.
 *
 * @param pair the table's column
 * @param place its place in the file, from 0
 * @param name what the file calls it
 * @param type its type in the engine
 */
record FileColumn(ColumnPair pair, int place, String name, String type) {}
