package io.dualwrite.benchmarks.wrapper;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Prepare, bind, execute (and read), close: the life of most statements. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
public class StatementCycle {
  /** What is measured. */
  @Param public Wrapper wrapper = Wrapper.NONE;

  private Wrapper.Opened opened = new Wrapper.Opened(StubDriver.connect(), () -> {});
  private Connection connection = opened.connection();
  private long next;

  /** Opens the one connection. */
  @Setup
  public void open() throws SQLException {
    opened = wrapper.open(1);
    connection = opened.connection();
  }

  /** Closes it. */
  @TearDown
  public void close() throws SQLException {
    opened.close();
  }

  /** A write of one row under auto-commit. */
  @Benchmark
  public int write() throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(Statements.WRITE)) {
      statement.setLong(1, next++);
      statement.setString(2, "text");
      return statement.executeUpdate();
    }
  }

  /** A read of one row of two columns. */
  @Benchmark
  public void read(Blackhole blackhole) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(Statements.READ)) {
      statement.setLong(1, next++);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          blackhole.consume(rows.getLong(1));
          blackhole.consume(rows.getString(2));
        }
      }
    }
  }
}
