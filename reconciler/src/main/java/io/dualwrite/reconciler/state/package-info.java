/**
 * What the reconciler keeps in the target: runs, their windows, and how far a table is verified.
 */
@NullMarked
package io.dualwrite.reconciler.state;

import org.jspecify.annotations.NullMarked;
