package io.dualwrite.jdbc.wrap;

import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.Set;

/** Which recorded calls set a whole number. */
final class WholeNumberSetters {
  private static final Set<String> NAMES = Set.of("setShort", "setInt", "setLong");
  private static final BitSet NUMBERS = find();

  private WholeNumberSetters() {}

  static boolean isOne(int setter) {
    return NUMBERS.get(setter);
  }

  private static BitSet find() {
    BitSet found = new BitSet();
    String[] called = new String[1];
    PreparedStatement probe =
        (PreparedStatement)
            Proxy.newProxyInstance(
                PreparedStatement.class.getClassLoader(),
                new Class<?>[] {PreparedStatement.class},
                (proxy, method, arguments) -> {
                  called[0] = method.getName();
                  return null;
                });
    for (int setter = 0; replay(probe, setter); setter++) {
      found.set(setter, NAMES.contains(called[0]));
    }
    return found;
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
