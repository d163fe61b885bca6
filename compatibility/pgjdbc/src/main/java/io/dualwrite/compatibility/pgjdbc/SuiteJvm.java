package io.dualwrite.compatibility.pgjdbc;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The JVM in which test classes run: the first argument is the file that it appends to, one line
 * when a class begins and one for the outcome of each test; the others are the classes.
 */
final class SuiteJvm implements TestExecutionListener {
  private static final String SECONDS_PER_TEST = "60 s";

  private final PrintStream out;

  private SuiteJvm(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    try (PrintStream out =
        new PrintStream(
            Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
            true,
            "UTF-8")) {
      for (String name : Arrays.asList(arguments).subList(1, arguments.length)) {
        out.println(Outcome.BEGUN + "\t" + name + "\t");
        LauncherDiscoveryRequest request =
            LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(name))
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
                .configurationParameter("junit.jupiter.execution.timeout.default", SECONDS_PER_TEST)
                .build();
        LauncherFactory.create().execute(request, new SuiteJvm(out));
      }
    }
    // Tests leave threads behind.
    System.exit(0);
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    print("SKIPPED", test, reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.isTest() || result.getStatus() == TestExecutionResult.Status.FAILED) {
      String status =
          switch (result.getStatus()) {
            case SUCCESSFUL -> "PASSED";
            case ABORTED -> "SKIPPED";
            case FAILED -> "FAILED";
          };
      print(status, test, result.getThrowable().map(SuiteJvm::told).orElse(""));
    }
  }

  private void print(String status, TestIdentifier test, String detail) {
    out.println(status + "\t" + name(test) + "\t" + detail.replaceAll("\\s+", " "));
  }

  private static String name(TestIdentifier test) {
    return test.getUniqueId()
        .replaceAll("\\[engine:[^]]*]/", "")
        .replaceAll("\\[(?:class|method|nested-class|test-template|test-template-invocation|class-template|class-template-invocation|test-factory|dynamic-test):([^]]*)]", "$1")
        .replace("org.postgresql.", "");
  }

  /** The exception and where the suite met it. */
  private static String told(Throwable failure) {
    StringBuilder told = new StringBuilder();
    Throwable cause = failure;
    for (int i = 0; cause != null && i < 3; cause = cause.getCause(), i++) {
      told.append(i == 0 ? "" : " <- ").append(cause);
      Arrays.stream(cause.getStackTrace())
          .filter(f -> f.getClassName().startsWith("org.postgresql.") && f.getFileName() != null)
          .filter(f -> f.getFileName().endsWith("Test.java") || f.getFileName().equals("TestUtil.java"))
          .findFirst()
          .ifPresent(f -> told.append(" @").append(f.getFileName()).append(':').append(f.getLineNumber()));
      Arrays.stream(cause.getStackTrace())
          .filter(f -> f.getClassName().startsWith("io.dualwrite."))
          .findFirst()
          .ifPresent(f -> told.append(" via ").append(f.getFileName()).append(':').append(f.getLineNumber()));
    }
    return told.toString();
  }
}
