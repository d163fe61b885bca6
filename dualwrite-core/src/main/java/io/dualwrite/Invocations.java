package io.dualwrite;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Reflective calls that throw what the called method threw. */
final class Invocations {
  private Invocations() {}

  static @Nullable Object call(Method method, Object on, @Nullable Object[] arguments)
      throws Exception {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw thrownBy(e);
    }
  }

  /** The exception that the method threw; an error is thrown at once. */
  static Exception thrownBy(InvocationTargetException e) {
    Throwable cause = e.getCause();
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof Exception exception ? exception : e;
  }
}
