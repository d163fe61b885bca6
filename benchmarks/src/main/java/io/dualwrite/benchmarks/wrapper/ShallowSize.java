package io.dualwrite.benchmarks.wrapper;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/** The bytes that one object takes on a 64-bit JVM with compressed references. */
final class ShallowSize {
  private static final int HEADER = 12;
  private static final int REFERENCE = 4;
  private static final int ALIGNMENT = 8;

  private ShallowSize() {}

  static int of(Class<?> type) {
    int bytes = HEADER;
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      for (Field field : each.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          bytes += size(field.getType());
        }
      }
    }
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static int size(Class<?> type) {
    if (type == long.class || type == double.class) {
      return Long.BYTES;
    }
    if (type == int.class || type == float.class) {
      return Integer.BYTES;
    }
    if (type == short.class || type == char.class) {
      return Short.BYTES;
    }
    return type.isPrimitive() ? 1 : REFERENCE;
  }
}
