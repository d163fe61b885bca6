package io.dualwrite.chaos.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What one thread of an application was told, one line each, handed to the system before the thread
 * goes on: a killed process loses none of them. Not for use by several threads.
 */
public final class AcknowledgementLog implements AutoCloseable {
  private final FileChannel file;
  private long transaction;

  public AcknowledgementLog(Path file) {
    try {
      this.file = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** To be called before what may commit these changes is sent; its number for what follows. */
  public long intend(List<Change> changes) {
    transaction++;
    write(Outcome.INTENDED, transaction, changes);
    return transaction;
  }

  /** The commit has returned; the changes that it made, if they were not known before. */
  public void acknowledged(long number, List<Change> changes) {
    write(Outcome.ACKNOWLEDGED, number, changes);
  }

  /** It failed, and cannot have been committed. */
  public void rolledBack(long number) {
    write(Outcome.ROLLED_BACK, number, List.of());
  }

  /** A transaction that was never to be committed. */
  public void rolledBack(List<Change> changes) {
    transaction++;
    write(Outcome.ROLLED_BACK, transaction, changes);
  }

  /** It failed, and may have been committed. */
  public void unknown(long number) {
    write(Outcome.UNKNOWN, number, List.of());
  }

  private void write(Outcome outcome, long number, List<Change> changes) {
    String line =
        outcome.mark()
            + "\t"
            + number
            + "\t"
            + System.currentTimeMillis()
            + "\t"
            + changes.stream().map(Change::text).collect(Collectors.joining("\t"))
            + "\n";
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
