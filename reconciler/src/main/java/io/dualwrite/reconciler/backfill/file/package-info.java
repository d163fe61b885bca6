/** Loading history from CSV and Parquet files. */
@NullMarked
package io.dualwrite.reconciler.backfill.file;

import org.jspecify.annotations.NullMarked;
