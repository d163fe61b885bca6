/** Runs the test suite of PostgreSQL's JDBC driver on the bare driver and through dualwrite. */
@NullMarked
package io.dualwrite.compatibility.pgjdbc;

import org.jspecify.annotations.NullMarked;
