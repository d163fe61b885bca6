package io.dualwrite.benchmarks.wrapper;

import java.sql.ResultSet;
import org.openjdk.jmh.annotations.CompilerControl;

/** Rows of a number and a text. */
public abstract class StubResultSet implements ResultSet {
  private long number;
  private int rows = 1;
  private int left;

  void connect(int rowsOfEachQuery) {
    rows = rowsOfEachQuery;
  }

  void begin(long numberInRow) {
    number = numberInRow;
    left = rows;
  }

  @Override
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public boolean next() {
    return left-- > 0;
  }

  @Override
  public long getLong(int column) {
    return number;
  }

  @Override
  public String getString(int column) {
    return "text";
  }

  @Override
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public void close() {}

  @Override
  public boolean isClosed() {
    return false;
  }
}
