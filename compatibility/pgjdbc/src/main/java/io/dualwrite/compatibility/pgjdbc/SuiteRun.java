package io.dualwrite.compatibility.pgjdbc;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One run of test classes in JVMs of their own. A JVM that ends early or goes over its time loses
 * the class it was at, which is noted; the next one goes on behind it.
 */
final class SuiteRun {
  private static final int CLASSES_PER_JVM = 30;

  /** A test that is interrupted for taking a minute and goes on nevertheless is stuck. */
  private static final int SECONDS_OF_SILENCE = 100;

  private final Path suite;
  private final Path results;
  private final Map<String, String> properties;

  SuiteRun(Path suite, Path results, Map<String, String> properties) {
    this.suite = suite;
    this.results = results;
    this.properties = new LinkedHashMap<>(properties);
  }

  /** The outcomes by test. */
  Map<String, Outcome> run(List<String> classes) throws IOException, InterruptedException {
    Files.createDirectories(results.toAbsolutePath().getParent());
    Files.deleteIfExists(results);
    List<String> left = new ArrayList<>(classes);
    while (!left.isEmpty()) {
      List<String> chunk = left.subList(0, Math.min(CLASSES_PER_JVM, left.size()));
      boolean ended = jvm(chunk);
      String last = lastBegun();
      if (ended) {
        chunk.clear();
      } else {
        Files.writeString(
            results,
            "FAILED\t" + last.replace("org.postgresql.", "") + "\tthe JVM hung or ended in this class\n",
            java.nio.file.StandardOpenOption.APPEND);
        left = new ArrayList<>(left.subList(left.indexOf(last) + 1, left.size()));
      }
      System.err.println(left.size() + " classes left");
    }
    return read(results);
  }

  private boolean jvm(List<String> classes) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Paths.get(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    // Some tests do their work in assert statements.
    command.add("-ea");
    // As the suite's own build has it.
    command.add("-Duser.language=en");
    command.add("--add-opens=java.base/java.util=ALL-UNNAMED");
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.add("-cp");
    command.add(
        suite.resolve("test-classes") + File.pathSeparator + System.getProperty("java.class.path"));
    command.add(SuiteJvm.class.getName());
    command.add(results.toAbsolutePath().toString());
    command.addAll(classes);
    Process process =
        new ProcessBuilder(command)
            .directory(suite.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(results + ".log")))
            .start();
    long size = -1;
    while (!process.waitFor(SECONDS_OF_SILENCE, TimeUnit.SECONDS)) {
      long now = Files.exists(results) ? Files.size(results) : 0;
      if (now == size) {
        process.destroyForcibly().waitFor();
        return false;
      }
      size = now;
    }
    return process.exitValue() == 0;
  }

  private String lastBegun() throws IOException {
    return Files.readAllLines(results).stream()
        .filter(line -> line.startsWith(Outcome.BEGUN))
        .reduce((first, second) -> second)
        .orElseThrow(() -> new IllegalStateException("no test class began: see " + results + ".log"))
        .split("\t")[1];
  }

  static Map<String, Outcome> read(Path results) throws IOException {
    Map<String, Outcome> outcomes = new TreeMap<>();
    for (String line : Files.readAllLines(results)) {
      String[] parts = line.split("\t", 3);
      if (!parts[0].equals(Outcome.BEGUN)) {
        outcomes.put(parts[1], new Outcome(parts[0], parts.length > 2 ? parts[2] : ""));
      }
    }
    return outcomes;
  }
}
