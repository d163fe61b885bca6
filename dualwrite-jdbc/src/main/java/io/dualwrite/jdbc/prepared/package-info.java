/** Transactions that STRICT has prepared on the secondary: their names, and what became of them. */
@NullMarked
package io.dualwrite.jdbc.prepared;

import org.jspecify.annotations.NullMarked;
