/** Copies journaled rows from the primary to the secondary, lane by lane, in the background. */
@NullMarked
package io.dualwrite.jdbc.delivery;

import org.jspecify.annotations.NullMarked;
