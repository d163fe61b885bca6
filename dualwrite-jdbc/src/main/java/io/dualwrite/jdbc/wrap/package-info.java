/** The JDBC wrappers; each holds only what differs from the wrapped object. */
@NullMarked
package io.dualwrite.jdbc.wrap;

import org.jspecify.annotations.NullMarked;
