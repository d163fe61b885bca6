/** One migration at work in one process: its mode, its plans, its place among the instances. */
@NullMarked
@Forwarding(Connection.class)
package io.dualwrite.jdbc.runtime;

import io.dualwrite.codegen.Forwarding;
import java.sql.Connection;
import org.jspecify.annotations.NullMarked;
