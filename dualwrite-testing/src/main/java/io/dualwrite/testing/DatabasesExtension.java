package io.dualwrite.testing;

import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Does what {@link WithDatabases} says; without the annotation, what its defaults say. */
public final class DatabasesExtension implements AfterEachCallback, ParameterResolver {

  private static final Namespace NAMESPACE = Namespace.create(DatabasesExtension.class);
  private static final Duration GRACE = Duration.ofSeconds(20);

  /** What is awaited costs nothing where it comes, and a machine may have other things to do. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  static {
    Awaitility.setDefaultTimeout(PATIENCE);
  }

  /** So that the constructor of a test gets the databases of that test. */
  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    DatabasesOfTest databases = store(context).remove(DatabasesOfTest.class, DatabasesOfTest.class);
    if (databases == null) {
      return;
    }
    try {
      if (context.getExecutionException().isEmpty()) {
        databases.databases().leaks().assertNothingOpen(GRACE);
      }
    } finally {
      databases.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestDatabases.class
        && (context.getTestMethod().isPresent() || instancePerClass(context));
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return databases(context);
  }

  private static boolean instancePerClass(ExtensionContext context) {
    return context.getTestInstanceLifecycle().equals(Optional.of(Lifecycle.PER_CLASS));
  }

  private static TestDatabases databases(ExtensionContext context) {
    return store(context)
        .getOrComputeIfAbsent(DatabasesOfTest.class, key -> create(context), DatabasesOfTest.class)
        .databases();
  }

  private static DatabasesOfTest create(ExtensionContext context) {
    boolean dedicated = annotation(context).map(WithDatabases::dedicated).orElse(false);
    String[] settings = annotation(context).map(WithDatabases::settings).orElse(new String[0]);
    if (settings.length > 0 && !dedicated) {
      throw new ExtensionConfigurationException(
          "@WithDatabases(settings = …) needs dedicated = true: the other servers are shared");
    }
    ServerOptions options = dedicated ? ServerOptions.forDurability() : ServerOptions.forSpeed();
    for (String setting : settings) {
      options = withSetting(options, setting);
    }
    ServerPair pair =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .getOrComputeIfAbsent(options, ServerPair::start, ServerPair.class);
    return DatabasesOfTest.create(pair, dedicated);
  }

  private static ServerOptions withSetting(ServerOptions options, String setting) {
    int equals = setting.indexOf('=');
    if (equals < 1) {
      throw new ExtensionConfigurationException(
          "@WithDatabases(settings): name=value is wanted, not \"" + setting + '"');
    }
    return options.withSetting(setting.substring(0, equals), setting.substring(equals + 1));
  }

  private static Optional<WithDatabases> annotation(ExtensionContext context) {
    Optional<WithDatabases> onMethod =
        AnnotationSupport.findAnnotation(context.getTestMethod(), WithDatabases.class);
    return onMethod.isPresent()
        ? onMethod
        : AnnotationSupport.findAnnotation(
            context.getRequiredTestClass(), WithDatabases.class, context.getEnclosingTestClasses());
  }

  private static Store store(ExtensionContext context) {
    return context.getStore(NAMESPACE);
  }
}
