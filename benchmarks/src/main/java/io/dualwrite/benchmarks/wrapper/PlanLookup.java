package io.dualwrite.benchmarks.wrapper;

import io.dualwrite.jdbc.capture.CapturePlan;
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

/**
 * What a statement costs whose plan is given, and one whose plan is looked up (when it is prepared
 * and again when it runs): the difference is what classification costs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
public class PlanLookup {
  /** Where the plan comes from. */
  public enum Source {
    /** It is told. */
    GIVEN,
    /** It is looked up. */
    KNOWN
  }

  /** The {@code String} that is prepared. */
  public enum Text {
    /** One object for all statements. */
    SAME,
    /** A new one each time, whose hash is not known. */
    FRESH
  }

  /** Where the plan comes from. */
  @Param public Source source = Source.GIVEN;

  /** What is prepared. */
  @Param public Text text = Text.SAME;

  private Connection reading = StubDriver.connect();
  private Connection writing = StubDriver.connect();
  private long next;

  /** Opens the connections. */
  @Setup
  public void open() throws SQLException {
    reading = Wrapper.dualwrite(plans(KnownPlans.READ), 1).connection();
    writing = Wrapper.dualwrite(plans(KnownPlans.WRITE), 1).connection();
  }

  private KnownPlans plans(CapturePlan given) {
    return source == Source.GIVEN ? new GivenPlans(given) : new KnownPlans(true);
  }

  /** Closes them. */
  @TearDown
  public void close() throws SQLException {
    reading.close();
    writing.close();
  }

  private String text(String constant, char[] characters) {
    return text == Text.SAME ? constant : new String(characters);
  }

  /** A write of one row under auto-commit. */
  @Benchmark
  public int write() throws SQLException {
    String sql = text(Statements.WRITE, Statements.WRITE_CHARACTERS);
    try (PreparedStatement statement = writing.prepareStatement(sql)) {
      statement.setLong(1, next++);
      statement.setString(2, "text");
      return statement.executeUpdate();
    }
  }

  /** A read of one row of two columns. */
  @Benchmark
  public void read(Blackhole blackhole) throws SQLException {
    String sql = text(Statements.READ, Statements.READ_CHARACTERS);
    try (PreparedStatement statement = reading.prepareStatement(sql)) {
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
