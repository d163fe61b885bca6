/** Compares and repairs the two databases of a migration, and shows where it stands. */
@NullMarked
package io.dualwrite.reconciler;

import org.jspecify.annotations.NullMarked;
