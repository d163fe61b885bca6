/** How long history takes, beside the servers' own ways of copying a table. */
@NullMarked
package io.dualwrite.benchmarks.backfill;

import org.jspecify.annotations.NullMarked;
