/** Loading history from the source to the target while dual writes go on. */
@NullMarked
package io.dualwrite.reconciler.backfill;

import org.jspecify.annotations.NullMarked;
