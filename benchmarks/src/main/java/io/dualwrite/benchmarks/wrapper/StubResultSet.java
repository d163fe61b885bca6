package io.dualwrite.benchmarks.wrapper;

import java.sql.ResultSet;
import org.openjdk.jmh.annotations.CompilerControl;

/** One row of a number and a text. */
public abstract class StubResultSet implements ResultSet {
  private long number;
  private boolean more;

  void begin(long numberInRow) {
    number = numberInRow;
    more = true;
  }

  @Override
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public boolean next() {
    boolean found = more;
    more = false;
    return found;
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
