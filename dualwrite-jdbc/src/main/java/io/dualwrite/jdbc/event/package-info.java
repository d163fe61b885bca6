/** The log's events: one for each change of state, under a name that stays. */
@NullMarked
package io.dualwrite.jdbc.event;

import org.jspecify.annotations.NullMarked;
