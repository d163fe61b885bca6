package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.load.Load;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.SQLException;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.ByteStreamWriter;

/** A load into a mirrored table: its data is looked at on the way, and journaled at the end. */
final class JournaledCopy extends ForwardingCopyIn {
  private final CapturePlan.Load plan;
  private final Load load;
  private final LoadTransaction around;
  private final DualConnection connection;

  JournaledCopy(
      CopyIn delegate,
      CapturePlan.Load plan,
      Load load,
      LoadTransaction around,
      DualConnection connection) {
    super(delegate);
    this.plan = plan;
    this.load = load;
    this.around = around;
    this.connection = connection;
  }

  @Override
  public void writeToCopy(byte[] data, int offset, int length) throws SQLException {
    delegate.writeToCopy(data, offset, length);
    load.sent(data, offset, length);
  }

  @Override
  public void writeToCopy(ByteStreamWriter from) throws SQLException {
    ByteArrayOutputStream data = new ByteArrayOutputStream(from.getLength());
    try {
      from.writeTo(() -> (OutputStream) data);
    } catch (IOException e) {
      throw new SQLException("the data to be copied cannot be read", "08000", e);
    }
    writeToCopy(data.toByteArray(), 0, data.size());
  }

  @Override
  public long endCopy() throws SQLException {
    Mirroring mirroring = connection.mirroring();
    long started = mirroring.started();
    boolean done = false;
    boolean loaded = false;
    try {
      long rows = delegate.endCopy();
      loaded = true;
      connection
          .transaction()
          .driver()
          .indispensable(
              () -> {
                load.journal(rows);
                return rows;
              });
      around.commit(plan);
      done = true;
      return rows;
    } catch (SQLException e) {
      throw loaded && mirroring.journalFailed(e) ? RetryLater.journalFailed(e) : e;
    } finally {
      mirroring.wrote(plan.asWrite(), done, started);
      end(done);
    }
  }

  @Override
  public void cancelCopy() throws SQLException {
    try {
      delegate.cancelCopy();
    } finally {
      end(false);
    }
  }

  private void end(boolean done) {
    load.close();
    if (!done) {
      around.rollBack();
      connection.transaction().leave();
    }
  }
}
