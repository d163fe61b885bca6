/**
 * The JDBC wrappers; each holds only what differs from the wrapped object, the rest is generated.
 */
@NullMarked
@Forwarding(value = Array.class, wrapped = ResultSet.class)
@Forwarding(value = Connection.class, wrapped = Array.class)
@Forwarding(
    value = DatabaseMetaData.class,
    wrapped = {Connection.class, ResultSet.class})
@Forwarding(
    value = ResultSet.class,
    wrapped = {Array.class, Object.class, Statement.class})
@Forwarding(value = Statement.class, wrapped = ResultSet.class)
@Forwarding(
    value = PreparedStatement.class,
    wrapped = ResultSet.class,
    replaceable = true,
    recorded = true)
@Forwarding(
    value = CallableStatement.class,
    wrapped = {Array.class, Object.class, ResultSet.class})
package io.dualwrite.jdbc.wrap;

import io.dualwrite.codegen.Forwarding;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import org.jspecify.annotations.NullMarked;
