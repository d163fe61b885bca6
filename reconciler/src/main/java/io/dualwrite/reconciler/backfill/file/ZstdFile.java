package io.dualwrite.reconciler.backfill.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * Goes through the frames and blocks of a Zstandard file (RFC 8878) to their ends, without taking
 * out what is in them: their checksums, where they have any, are checked by the engine.
 */
final class ZstdFile {
  private static final long FRAME = 0xFD2FB528L;
  private static final long SKIPPED_FRAME = 0x184D2A50L;
  private static final int REPEATED = 1;
  private static final int RESERVED = 3;
  private static final int[] DICTIONARY = {0, 1, 2, 4};
  private static final int[] CONTENT_SIZE = {0, 2, 4, 8};

  private final RandomAccessFile file;
  private final long length;
  private long at;

  private ZstdFile(RandomAccessFile file) throws IOException {
    this.file = file;
    this.length = file.length();
  }

  static void requireWhole(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      ZstdFile frames = new ZstdFile(file);
      do {
        frames.frame();
      } while (frames.at < frames.length);
    }
  }

  private void skip(long bytes) throws IOException {
    at += bytes;
    // Else reading would go on behind the end.
    if (at > length) {
      throw new EOFException();
    }
  }

  private long number(int bytes) throws IOException {
    file.seek(at);
    skip(bytes);
    byte[] read = new byte[bytes];
    file.readFully(read);
    long number = 0;
    for (int i = 0; i < bytes; i++) {
      number |= (read[i] & 0xffL) << (8 * i);
    }
    return number;
  }

  private void frame() throws IOException {
    long magic = number(4);
    if ((magic & ~0xfL) == SKIPPED_FRAME) {
      skip(number(4));
      return;
    }
    if (magic != FRAME) {
      throw new IOException("no zstd");
    }
    int descriptor = (int) number(1);
    boolean oneSegment = (descriptor & 0x20) != 0;
    int size = descriptor >>> 6;
    skip(oneSegment ? 0 : 1);
    skip(DICTIONARY[descriptor & 3]);
    skip(oneSegment && size == 0 ? 1 : CONTENT_SIZE[size]);
    blocks();
    skip((descriptor & 4) != 0 ? 4 : 0);
  }

  private void blocks() throws IOException {
    boolean last = false;
    while (!last) {
      int header = (int) number(3);
      last = (header & 1) != 0;
      int type = (header >>> 1) & 3;
      if (type == RESERVED) {
        throw new IOException("no zstd block");
      }
      skip(type == REPEATED ? 1 : header >>> 3);
    }
  }
}
