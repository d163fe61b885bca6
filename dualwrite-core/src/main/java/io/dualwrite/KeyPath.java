package io.dualwrite;

import com.google.common.reflect.TypeToken;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The way from one parameter of a method to the key: the parameter's index and the accessors to
 * follow.
 */
record KeyPath(int parameter, List<Method> accessors) {

  /**
   * The way that {@code path} names.
   *
   * @throws IllegalArgumentException if there is no such property; the message says where
   */
  static KeyPath of(int parameter, TypeToken<?> type, String path) {
    List<Method> accessors = new ArrayList<>();
    TypeToken<?> at = type;
    if (!path.isEmpty()) {
      for (String property : path.split("\\.", -1)) {
        Method accessor = accessor(at.getRawType(), property, path);
        accessors.add(accessor);
        at = at.method(accessor).getReturnType();
      }
    }
    return new KeyPath(parameter, List.copyOf(accessors));
  }

  /** The key in a call's arguments; null if it, or anything on the way, is null. */
  @Nullable Object in(@Nullable Object[] arguments) throws Exception {
    Object value = arguments[parameter];
    for (Method accessor : accessors) {
      if (value == null) {
        return null;
      }
      try {
        value = accessor.invoke(value);
      } catch (InvocationTargetException e) {
        throw Invocations.thrownBy(e);
      }
    }
    return value;
  }

  private static Method accessor(Class<?> type, String property, String path) {
    String capital =
        property.isEmpty()
            ? ""
            : property.substring(0, 1).toUpperCase(Locale.ROOT) + property.substring(1);
    for (String name : List.of(property, "get" + capital, "is" + capital)) {
      for (Method method : type.getMethods()) {
        if (method.getName().equals(name)
            && method.getParameterCount() == 0
            && method.getReturnType() != void.class
            && method.trySetAccessible()) {
          return method;
        }
      }
    }
    throw new IllegalArgumentException(
        "@Key(\"%s\"): %s has no public method %s() or get%s()"
            .formatted(path, type.getName(), property, capital));
  }
}
