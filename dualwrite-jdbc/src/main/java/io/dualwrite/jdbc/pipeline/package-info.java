/** Statements on their way to a server: several in one message, planned once or each time. */
@NullMarked
package io.dualwrite.jdbc.pipeline;

import org.jspecify.annotations.NullMarked;
