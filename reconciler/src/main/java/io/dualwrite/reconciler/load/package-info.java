/** What a run may cost the databases: limits, and the throttle that keeps to them. */
@NullMarked
package io.dualwrite.reconciler.load;

import org.jspecify.annotations.NullMarked;
