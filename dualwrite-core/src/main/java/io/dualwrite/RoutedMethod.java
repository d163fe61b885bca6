package io.dualwrite;

import com.google.common.reflect.TypeToken;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy does with one method of the interface: a write or a read, its name, and where its
 * key is.
 */
record RoutedMethod(Method method, boolean writes, String operation, List<KeyPath> keys) {

  /**
   * The routing of a method, by its annotations; empty for a default method without any, which
   * calls others.
   *
   * @throws IllegalArgumentException if the method cannot be routed; the message says why
   */
  static Optional<RoutedMethod> of(TypeToken<?> repository, Method method) {
    if (method.isBridge()) {
      return Optional.empty();
    }
    Write write = method.getAnnotation(Write.class);
    Read read = method.getAnnotation(Read.class);
    if (write != null && read != null) {
      throw bad(method, "has both @Write and @Read");
    }
    if (write == null && read == null) {
      if (method.isDefault()) {
        return Optional.empty();
      }
      throw bad(method, "has neither @Write nor @Read");
    }
    checkAnswer(method);
    if (!method.trySetAccessible()) {
      throw bad(method, "cannot be called from here; its package is not open to io.dualwrite");
    }
    List<KeyPath> keys = keys(repository, method);
    if (write != null && keys.isEmpty()) {
      throw bad(method, "writes, but none of its parameters is the @Key");
    }
    String name = write != null ? write.value() : read.value();
    return Optional.of(
        new RoutedMethod(method, write != null, name.isEmpty() ? method.getName() : name, keys));
  }

  /** The key of a call; empty if it, or a part of it, is null. */
  Optional<Object> keyIn(@Nullable Object[] arguments) throws Exception {
    if (keys.size() == 1) {
      return Optional.ofNullable(keys.get(0).in(arguments));
    }
    List<Object> parts = new ArrayList<>(keys.size());
    for (KeyPath each : keys) {
      Object part = each.in(arguments);
      if (part == null) {
        return Optional.empty();
      }
      parts.add(part);
    }
    return parts.isEmpty() ? Optional.empty() : Optional.of(Collections.unmodifiableList(parts));
  }

  private static List<KeyPath> keys(TypeToken<?> repository, Method method) {
    List<KeyPath> keys = new ArrayList<>();
    for (int i = 0; i < method.getParameterCount(); i++) {
      Key key = method.getParameters()[i].getAnnotation(Key.class);
      if (key != null) {
        TypeToken<?> type = repository.resolveType(method.getGenericParameterTypes()[i]);
        try {
          keys.add(KeyPath.of(i, type, key.value()));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(describe(method) + ": " + e.getMessage(), e);
        }
      }
    }
    return List.copyOf(keys);
  }

  private static void checkAnswer(Method method) {
    Class<?> answer = method.getReturnType();
    if (CompletionStage.class.isAssignableFrom(answer)
        || Future.class.isAssignableFrom(answer)
        || Flow.Publisher.class.isAssignableFrom(answer)
        || answer.getName().startsWith("reactor.core.publisher.")
        || answer.getName().equals("org.reactivestreams.Publisher")) {
      throw bad(
          method,
          "answers with a "
              + answer.getSimpleName()
              + ", so its end cannot be seen; wrap the call that waits for it");
    }
  }

  private static IllegalArgumentException bad(Method method, String why) {
    return new IllegalArgumentException(describe(method) + " " + why);
  }

  private static String describe(Method method) {
    return method.getDeclaringClass().getSimpleName() + "." + method.getName();
  }
}
