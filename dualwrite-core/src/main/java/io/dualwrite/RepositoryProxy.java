package io.dualwrite;

import com.google.common.reflect.TypeToken;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stands before two implementations of one interface. */
final class RepositoryProxy implements InvocationHandler {
  private final DualWriter writer;
  private final Object source;
  private final Object target;
  private final Map<Method, RoutedMethod> routes = new HashMap<>();

  private RepositoryProxy(DualWriter writer, Class<?> type, Object source, Object target) {
    this.writer = writer;
    this.source = source;
    this.target = target;
    for (Method method : type.getMethods()) {
      if (!Modifier.isStatic(method.getModifiers())) {
        RoutedMethod.of(TypeToken.of(type), method).ifPresent(route -> routes.put(method, route));
      }
    }
  }

  static <R> R of(DualWriter writer, Class<R> type, R source, R target) {
    if (!type.isInterface()) {
      throw new IllegalArgumentException(type.getName() + " is not an interface");
    }
    RepositoryProxy handler = new RepositoryProxy(writer, type, source, target);
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] given)
      throws Throwable {
    @Nullable Object[] arguments = given == null ? new Object[0] : given;
    if (method.getDeclaringClass() == Object.class) {
      return switch (method.getName()) {
        case "equals" -> proxy == arguments[0];
        case "hashCode" -> System.identityHashCode(proxy);
        default -> writer + " of " + source + " and " + target;
      };
    }
    RoutedMethod route = routes.get(method);
    if (route == null) {
      return InvocationHandler.invokeDefault(proxy, method, arguments);
    }
    StoreCall<@Nullable Object, Exception> onSource = call(route, source, arguments);
    StoreCall<@Nullable Object, Exception> onTarget = call(route, target, arguments);
    Optional<Object> key = route.keyIn(arguments);
    if (!route.writes()) {
      return writer.read(route.operation(), key, onSource, onTarget);
    }
    if (key.isEmpty()) {
      throw new IllegalArgumentException(
          writer.name() + ": the key of \"" + route.operation() + "\" is null");
    }
    return writer.write(route.operation(), key.get(), onSource, onTarget);
  }

  @SuppressWarnings("NullAway") // It does not follow @Nullable type arguments.
  private static StoreCall<@Nullable Object, Exception> call(
      RoutedMethod route, Object repository, @Nullable Object[] arguments) {
    return () -> Invocations.call(route.method(), repository, arguments);
  }
}
