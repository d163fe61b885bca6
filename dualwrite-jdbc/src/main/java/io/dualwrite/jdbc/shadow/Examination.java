package io.dualwrite.jdbc.shadow;

import io.dualwrite.FailurePolicy;
import io.dualwrite.Side;
import io.dualwrite.jdbc.capture.QueryText;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.jdbc.shadow.QueryAnswer.Compared;
import io.dualwrite.jdbc.shadow.QueryRelations.Functions;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Decides whether a query means the same on both sides and its answer depends on rows alone. */
final class Examination {
  private static final Set<String> INTEGERS = Set.of("int2", "int4", "int8");
  private static final Set<String> TEXTS = Set.of("text", "varchar");

  private final BothSides sides;
  private final Function<String, Optional<Lane>> lanes;

  /** With the lane of a mirrored table, once both schemas are known. */
  Examination(BothSides sides, Function<String, Optional<Lane>> lanes) {
    this.sides = sides;
    this.lanes = lanes;
  }

  /** Asks both servers. */
  Eligibility of(QueryText text, ShadowRead read) throws SQLException {
    QueryRelations onPrimary;
    Functions functions;
    try (ReadTransaction primary = sides.beginOnPrimary(read)) {
      if (!read.session().isOf(primary.user())) {
        return new Eligibility.Refused("the session has another role");
      }
      onPrimary = QueryRelations.of(text, read, primary);
      functions = onPrimary.functions(primary.connection());
    } catch (SQLException e) {
      return meansNothing(e);
    }
    if (functions == Functions.UNSTEADY) {
      return new Eligibility.Refused("a function in it may be volatile or read more than it says");
    }
    if (!onPrimary.readable() || onPrimary.tables().isEmpty()) {
      return new Eligibility.Refused("it reads no table, or more than tables");
    }
    Set<String> expected = new HashSet<>();
    Set<String> key = new HashSet<>();
    for (String table : onPrimary.tables()) {
      Optional<TablePair> pair = pair(table);
      if (pair.isEmpty() || !isAlike(pair.get())) {
        return new Eligibility.Refused(table + " is not mirrored column by column");
      }
      expected.add(pair.get().on(sides.primary().other()).name().toString());
      pair.get().keyOn(sides.primary()).forEach(column -> key.add(column.name()));
    }
    try (ReadTransaction secondary = sides.beginOnSecondary(read)) {
      QueryRelations other = QueryRelations.of(text, read, secondary);
      if (!other.readable() || !other.tables().equals(expected)) {
        return new Eligibility.Refused("its names mean other tables on the other side");
      }
    } catch (SQLException e) {
      return meansNothing(e);
    }
    boolean rowsOfOneTable =
        onPrimary.plain() && onPrimary.tables().size() == 1 && functions == Functions.STEADY;
    boolean inOrder = rowsOfOneTable && !key.isEmpty() && text.orderedBy().containsAll(key);
    return new Eligibility.Granted(
        List.copyOf(onPrimary.tables()), compared(text, inOrder), text.floatsVary());
  }

  /** A query that the server does not accept there; every other failure says nothing of it. */
  private static Eligibility meansNothing(SQLException failure) throws SQLException {
    String state = failure.getSQLState();
    if (state != null && state.startsWith("42")) {
      return new Eligibility.Refused("a server does not accept it (" + state + ")");
    }
    throw failure;
  }

  private static Compared compared(QueryText text, boolean inOrder) {
    if (text.rowsVary() || (text.limited() && !inOrder)) {
      return Compared.COUNT;
    }
    return inOrder ? Compared.ORDER : Compared.ROWS;
  }

  private Optional<TablePair> pair(String table) {
    return lanes.apply(table).stream()
        .flatMap(lane -> lane.tables().stream())
        .filter(pair -> pair.name().toString().equals(table))
        .filter(pair -> pair.on(sides.primary()).name().toString().equals(table))
        .findFirst();
  }

  /** Whether every column of both tables has its like, of the same name and printed the same. */
  private static boolean isAlike(TablePair pair) {
    List<ColumnPair> columns = pair.columns();
    return pair.policy() != FailurePolicy.BEST_EFFORT
        && columns.stream().allMatch(c -> isAlike(c.source(), c.target()))
        && covered(pair, Side.SOURCE)
        && covered(pair, Side.TARGET);
  }

  /** Whether the columns that are not copied are computed alike on both sides. */
  private static boolean covered(TablePair pair, Side side) {
    List<Column> copied = pair.columnsOn(side);
    return pair.on(side).columns().stream()
        .filter(column -> !copied.contains(column))
        .allMatch(
            column ->
                !column.writable()
                    && pair.on(side.other())
                        .column(column.name())
                        .filter(other -> !other.writable() && isAlike(column, other))
                        .isPresent());
  }

  private static boolean isAlike(Column one, Column other) {
    return one.name().equals(other.name())
        && (one.type().equals(other.type())
            || (INTEGERS.contains(one.baseType()) && INTEGERS.contains(other.baseType()))
            || (TEXTS.contains(one.baseType()) && TEXTS.contains(other.baseType())));
  }
}
