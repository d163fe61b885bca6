/** The one primitive that writes the secondary: lock the lane, read the primary, write, commit. */
@NullMarked
package io.dualwrite.jdbc.copy;

import org.jspecify.annotations.NullMarked;
