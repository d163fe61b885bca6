/** Phases, kill switch, failure policies and the repository API: dual writing without JDBC. */
@NullMarked
package io.dualwrite;

import org.jspecify.annotations.NullMarked;
