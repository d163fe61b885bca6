/**
 * The JDBC wrappers; each holds only what differs from the wrapped object, the rest is generated.
 *
 * <p>What the application can tell apart from the bare driver: the position of an error in a text
 * of several statements, or of one with JDBC escapes, counts in the text that ran, which may be
 * longer than the one that was given; a statement whose streams were set before mirroring was
 * switched, or that was in flight when the journal failed inside a transaction or batch, or whose
 * table's key was renamed elsewhere during a transaction, fails with 40001 and can be run again.
 *
 * <p>Nothing here holds for a session beyond a transaction, so that a pooler in transaction mode
 * may stand before the server: what names mean is looked up within the transaction, kept per role
 * and search path, and looked up again after whatever may change either. A session with temporary
 * tables, which may hide mirrored ones, keeps its plans for itself. {@code unwrap} to an interface
 * of the driver gives the wrapper; to a class, the bare object, which is counted as a bypass.
 *
 * <p>Transaction control in SQL ({@code BEGIN}, {@code COMMIT}, {@code PREPARE TRANSACTION} and
 * their like, with or without auto-commit, among other statements of a text) is followed, by asking
 * the driver what the server last said, so that it holds while nothing is mirrored too. Control
 * inside a batch, what a {@code CallableStatement} writes, and a {@code PREPARE TRANSACTION} or a
 * commit among other statements where the policy asks for more than the journal, are reported as
 * unmirrored.
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
@Forwarding(CopyIn.class)
@Forwarding(
    value = PreparedStatement.class,
    wrapped = ResultSet.class,
    replaceable = true,
    recorded = true)
@Forwarding(
    value = CallableStatement.class,
    wrapped = {Array.class, Object.class, ResultSet.class})
@Forwarding(value = BaseConnection.class, beside = Connection.class)
@Forwarding(value = PGStatement.class, beside = Statement.class)
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
import org.postgresql.PGStatement;
import org.postgresql.copy.CopyIn;
import org.postgresql.core.BaseConnection;
