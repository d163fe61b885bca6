/** What a name in a statement means on the connection that the statement runs on. */
@NullMarked
package io.dualwrite.jdbc.resolve;

import org.jspecify.annotations.NullMarked;
