package io.dualwrite.benchmarks.system;

import io.dualwrite.testing.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * CPU time of the application's JVM and of both servers: what remains comparable on a machine that
 * others use as well. Known on Linux only.
 */
public final class CpuUse {
  static final CpuUse UNKNOWN = new CpuUse(0, 0);

  private static final double MICROS_PER_TICK = 10_000;

  private final long source;
  private final long target;

  private CpuUse(long source, long target) {
    this.source = source;
    this.target = target;
  }

  /** Of these servers, which must be running. */
  public static CpuUse of(Servers servers) throws SQLException {
    return Files.exists(Path.of("/proc/self/task"))
        ? new CpuUse(pid(servers.source()), pid(servers.target()))
        : UNKNOWN;
  }

  /** Until now. */
  public Spent now() {
    if (source == 0) {
      return new Spent(Double.NaN, Double.NaN, Double.NaN);
    }
    try {
      return new Spent(
          MICROS_PER_TICK * ProcStat.ticksOfThisJvm(),
          MICROS_PER_TICK * ProcStat.ticksOfTree(source),
          MICROS_PER_TICK * ProcStat.ticksOfTree(target));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Microseconds; not numbers where they cannot be known. */
  public record Spent(double jvm, double source, double target) {
    /** Per transaction, from an earlier moment until this one. */
    public Spent since(Spent before, long transactions) {
      double n = Math.max(1, transactions);
      return new Spent(
          (jvm - before.jvm) / n, (source - before.source) / n, (target - before.target) / n);
    }

    /** All of it. */
    public double total() {
      return jvm + source + target;
    }
  }

  private static long pid(PostgresServer server) throws SQLException {
    try (Connection connection = server.dataSource("postgres").getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SHOW data_directory")) {
      rows.next();
      Path file = Path.of(rows.getString(1), "postmaster.pid");
      return Long.parseLong(Files.readAllLines(file).get(0).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
