/** The reconciler over tables of millions of rows, beside the servers' own ways of reading them. */
@NullMarked
package io.dualwrite.benchmarks.reconcile;

import org.jspecify.annotations.NullMarked;
