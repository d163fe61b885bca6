package io.dualwrite.reconciler.backfill.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads the members of a gzip file (RFC 1952) through and checks their checksums. {@code
 * GZIPInputStream} would take a second member whose header breaks off for the end of the file.
 */
final class GzipFile {
  private static final int CHECKED_HEADER = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int DEFLATE = 8;

  private final InputStream in;
  private final byte[] bytes = new byte[1 << 16];
  private final byte[] content = new byte[1 << 16];
  private int at;
  private int end;

  private GzipFile(InputStream in) {
    this.in = in;
  }

  static void requireWhole(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      GzipFile members = new GzipFile(in);
      do {
        members.header();
        members.content();
      } while (members.fill());
    }
  }

  /** Whether there is anything more. */
  private boolean fill() throws IOException {
    if (at == end) {
      at = 0;
      end = Math.max(0, in.read(bytes));
    }
    return at < end;
  }

  private int next() throws IOException {
    if (!fill()) {
      throw new EOFException();
    }
    return bytes[at++] & 0xff;
  }

  private long number(int length) throws IOException {
    long number = 0;
    for (int i = 0; i < length; i++) {
      number |= (long) next() << (8 * i);
    }
    return number;
  }

  private void header() throws IOException {
    if (next() != 0x1f || next() != 0x8b || next() != DEFLATE) {
      throw new IOException("no gzip");
    }
    int flags = next();
    skip(6);
    if ((flags & EXTRA) != 0) {
      skip(number(2));
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & CHECKED_HEADER) != 0) {
      skip(2);
    }
  }

  private void skip(long length) throws IOException {
    for (long i = 0; i < length; i++) {
      next();
    }
  }

  private void skipText() throws IOException {
    int last = next();
    while (last != 0) {
      last = next();
    }
  }

  private void content() throws IOException {
    CRC32 checksum = new CRC32();
    Inflater inflater = new Inflater(true);
    try {
      while (!inflater.finished()) {
        if (inflater.needsInput()) {
          if (!fill()) {
            throw new EOFException();
          }
          inflater.setInput(bytes, at, end - at);
          at = end;
        }
        checksum.update(content, 0, inflater.inflate(content));
      }
      at = end - inflater.getRemaining();
      if (number(4) != checksum.getValue()
          || number(4) != (inflater.getBytesWritten() & 0xffff_ffffL)) {
        throw new IOException("another checksum");
      }
    } catch (DataFormatException e) {
      throw new IOException("no deflate", e);
    } finally {
      inflater.end();
    }
  }
}
