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

/** Prepare, bind, query, read some rows, close: what each row adds. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
public class RowCycle {
  /** What is measured. */
  @Param({"NONE", "DELEGATE", "DUALWRITE"})
  public Wrapper wrapper = Wrapper.NONE;

  /** How many rows a query finds. */
  @Param({"1", "100"})
  public int rows = 1;

  private Wrapper.Opened opened = new Wrapper.Opened(StubDriver.connect(), () -> {});
  private Connection connection = opened.connection();
  private long next;

  /** Opens the one connection. */
  @Setup
  public void open() throws SQLException {
    opened = wrapper.open(rows);
    connection = opened.connection();
  }

  /** Closes it. */
  @TearDown
  public void close() throws SQLException {
    opened.close();
  }

  /** All rows of two columns. */
  @Benchmark
  public void rows(Blackhole blackhole) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(Statements.READ)) {
      statement.setLong(1, next++);
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          blackhole.consume(found.getLong(1));
          blackhole.consume(found.getString(2));
        }
      }
    }
  }
}
