/**
 * Comparing both databases: windows first, then the rows of those that differ, then each of these
 * again under the lane's lock.
 */
@NullMarked
package io.dualwrite.reconciler.compare;

import org.jspecify.annotations.NullMarked;
