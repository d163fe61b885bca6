/** How a table is cut into windows that both databases can count and hash on their own. */
@NullMarked
package io.dualwrite.reconciler.window;

import org.jspecify.annotations.NullMarked;
