package io.dualwrite.jdbc.wrap;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What recorded calls set, as a column of a whole number, a text or a {@code uuid} reads it. */
final class KeySetters {
  private enum Kind {
    WHOLE_NUMBER,
    AS_IT_IS,
    AS_A_TYPE,
    OTHER
  }

  private static final List<Kind> KINDS = find();

  private KeySetters() {}

  /** The text of what a call set; null where it cannot be told for sure. */
  static @Nullable String text(int setter, long bits, @Nullable Object value) {
    return switch (KINDS.get(setter)) {
      case WHOLE_NUMBER -> Long.toString(bits);
      case AS_IT_IS -> isPlain(value) ? String.valueOf(value) : null;
      case AS_A_TYPE -> isPlain(value) ? converted((int) bits, value) : null;
      case OTHER -> null;
    };
  }

  private static boolean isPlain(@Nullable Object value) {
    return value instanceof String || value instanceof UUID || isWholeNumber(value);
  }

  private static boolean isWholeNumber(@Nullable Object value) {
    return value instanceof Long || value instanceof Integer || value instanceof Short;
  }

  /** The driver cuts numbers to the type, and a text of another type loses its blanks. */
  private static @Nullable String converted(int type, @Nullable Object value) {
    boolean same =
        switch (type) {
          case Types.VARCHAR, Types.LONGVARCHAR, Types.OTHER -> true;
          case Types.BIGINT -> isWholeNumber(value);
          case Types.INTEGER ->
              value instanceof Number n && isWholeNumber(n) && n.longValue() == n.intValue();
          case Types.SMALLINT ->
              value instanceof Number n && isWholeNumber(n) && n.longValue() == n.shortValue();
          default -> false;
        };
    return same ? String.valueOf(value) : null;
  }

  private static List<Kind> find() {
    List<Kind> found = new ArrayList<>();
    Method[] called = new Method[1];
    PreparedStatement probe =
        (PreparedStatement)
            Proxy.newProxyInstance(
                PreparedStatement.class.getClassLoader(),
                new Class<?>[] {PreparedStatement.class},
                (proxy, method, arguments) -> {
                  called[0] = method;
                  return null;
                });
    for (int setter = 0; replay(probe, setter); setter++) {
      found.add(kind(called[0]));
    }
    return List.copyOf(found);
  }

  private static Kind kind(Method setter) {
    Class<?>[] types = setter.getParameterTypes();
    return switch (setter.getName()) {
      case "setShort", "setInt", "setLong" -> Kind.WHOLE_NUMBER;
      case "setString" -> Kind.AS_IT_IS;
      case "setObject" ->
          types.length == 2
              ? Kind.AS_IT_IS
              : types.length == 3 && types[2] == int.class ? Kind.AS_A_TYPE : Kind.OTHER;
      default -> Kind.OTHER;
    };
  }

  private static boolean replay(PreparedStatement probe, int setter) {
    try {
      ForwardingPreparedStatement.replay(probe, 1, setter, 0, null, null);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
