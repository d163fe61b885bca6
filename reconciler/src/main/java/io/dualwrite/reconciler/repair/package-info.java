/** Making the target what the source is, through the one copy primitive. */
@NullMarked
package io.dualwrite.reconciler.repair;

import org.jspecify.annotations.NullMarked;
