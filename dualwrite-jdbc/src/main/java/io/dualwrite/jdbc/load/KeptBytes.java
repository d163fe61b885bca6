package io.dualwrite.jdbc.load;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are written, and then read: in memory up to a limit, beyond it in a temporary file.
 * That file has no name (where the system allows it), so that it is gone with the last reference to
 * this, or with the process, if this is never closed. Not safe for use by several threads.
 */
final class KeptBytes extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private final int mostInMemory;
  private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
  private @Nullable FileChannel file;
  private OutputStream out = memory;

  KeptBytes(int mostInMemory) {
    this.mostInMemory = mostInMemory;
  }

  @Override
  public void write(int b) throws IOException {
    spillBefore(1);
    out.write(b);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    spillBefore(length);
    out.write(bytes, offset, length);
  }

  private void spillBefore(int more) throws IOException {
    if (file == null && memory.size() + (long) more > mostInMemory) {
      Path path = Files.createTempFile("dualwrite", ".keys");
      file =
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      out = new BufferedOutputStream(Channels.newOutputStream(file), BUFFER_BYTES);
      memory.writeTo(out);
      memory.reset();
    }
  }

  /** All that was written, from the beginning. Nothing may be written any more. */
  InputStream read() throws IOException {
    if (file == null) {
      return new ByteArrayInputStream(memory.toByteArray());
    }
    out.flush();
    return Channels.newInputStream(file.position(0));
  }

  @Override
  public void close() throws IOException {
    memory.reset();
    if (file != null) {
      file.close();
    }
  }
}
