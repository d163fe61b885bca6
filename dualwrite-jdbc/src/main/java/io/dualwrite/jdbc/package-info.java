/** A {@code DataSource} and a driver that write to two databases. */
@NullMarked
package io.dualwrite.jdbc;

import org.jspecify.annotations.NullMarked;
