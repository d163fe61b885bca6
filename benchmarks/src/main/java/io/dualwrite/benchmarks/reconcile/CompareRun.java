package io.dualwrite.benchmarks.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dualwrite.benchmarks.system.CpuUse;
import io.dualwrite.benchmarks.system.Servers;
import io.dualwrite.testing.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * One {@code reconciler compare} in a JVM of its own.
 *
 * @param cost from the start of the JVM to its end
 * @param seconds what the command says that it took
 * @param heapMiB the peaks of the heap's pools together
 * @param residentMiB the most memory that the process had
 * @param result what it printed
 */
record CompareRun(Cost cost, double seconds, long heapMiB, long residentMiB, JsonNode result) {

  static CompareRun of(Servers servers, MetricsTable table, int heapMiB, List<String> options)
      throws IOException, InterruptedException, SQLException {
    List<String> urls =
        List.of(
            "--source",
            servers.source().jdbcUrl(table.database()),
            "--target",
            servers.target().jdbcUrl(table.database()));
    return of(servers, urls, heapMiB, options);
  }

  static CompareRun of(Servers servers, List<String> where, int heapMiB, List<String> options)
      throws IOException, InterruptedException, SQLException {
    Path used = Files.createTempFile("compare", ".used");
    Path out = Files.createTempFile("compare", ".json");
    Path err = Files.createTempFile("compare", ".err");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx" + heapMiB + "m",
            // As bin/reconciler runs it.
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            CompareChild.class.getName(),
            used.toString(),
            "compare"));
    command.addAll(where);
    command.addAll(List.of("--format", "json", "--no-progress"));
    command.addAll(options);
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().putAll(login("SOURCE", servers.source()));
      builder.environment().putAll(login("TARGET", servers.target()));
      CpuUse cpu = CpuUse.of(servers);
      CpuUse.Spent before = cpu.now();
      long began = System.nanoTime();
      int code = builder.start().waitFor();
      double wall = (System.nanoTime() - began) / 1e9;
      CpuUse.Spent spent = cpu.now().since(before, 1);
      if (code > 1) {
        throw new IllegalStateException(
            "reconciler compare ended with exit code " + code + ": " + Files.readString(err));
      }
      String[] figures = Files.readString(used).split(" ", -1);
      JsonNode result = new ObjectMapper().readTree(Files.readString(out, StandardCharsets.UTF_8));
      return new CompareRun(
          new Cost(wall, (spent.source() + spent.target()) / 1e6, Long.parseLong(figures[2]) / 1e3),
          result.get("durationMillis").asLong() / 1e3,
          Long.parseLong(figures[0]),
          Long.parseLong(figures[1]),
          result);
    } finally {
      Files.deleteIfExists(used);
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  private static java.util.Map<String, String> login(String side, PostgresServer server) {
    return java.util.Map.of(
        "DUALWRITE_" + side + "_USERNAME", server.username(),
        "DUALWRITE_" + side + "_PASSWORD", server.password());
  }

  boolean inSync() {
    return result.get("inSync").asBoolean();
  }

  String checksum() {
    return result.get("checksum").asText();
  }

  int differences() {
    JsonNode found = result.get("tables").get(0);
    return found.get("missing").asInt() + found.get("extra").asInt() + found.get("changed").asInt();
  }

  int windows() {
    return result.get("tables").get(0).get("windows").asInt();
  }
}
