/** Looks at both databases before anything runs: what will work, what will not, and what to do. */
@NullMarked
package io.dualwrite.reconciler.inspect;

import org.jspecify.annotations.NullMarked;
