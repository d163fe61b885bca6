/** Random tables, rows and changes, and what a join of both sides says of them. */
package io.dualwrite.reconciler.generated;
