/** What rows are turned into so that two databases can be compared without moving them. */
@NullMarked
package io.dualwrite.reconciler.checksum;

import org.jspecify.annotations.NullMarked;
