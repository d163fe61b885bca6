/** Compares continuously what has become comparable, and shows how both databases stand. */
@NullMarked
package io.dualwrite.reconciler.watch;

import org.jspecify.annotations.NullMarked;
