package io.dualwrite.reconciler.backfill.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** How a file is compressed, as the end of its name says. */
enum Compression {
  NONE(""),
  GZIP(".gz"),
  ZSTD(".zst");

  private final String end;

  Compression(String end) {
    this.end = end;
  }

  static Compression of(String path) {
    String name = name(path);
    if (name.endsWith(GZIP.end)) {
      return GZIP;
    }
    return name.endsWith(ZSTD.end) ? ZSTD : NONE;
  }

  /** A path's or URL's name in lower case, without the end that says how it is compressed. */
  static String nameWithout(String path) {
    String name = name(path);
    return name.substring(0, name.length() - of(path).end.length());
  }

  private static String name(String path) {
    int query = path.contains("://") ? path.indexOf('?') : -1;
    return (query < 0 ? path : path.substring(0, query)).toLowerCase(Locale.ROOT);
  }

  /** As the engine calls it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a file through. The engine takes a stream that breaks off for the end of the file.
   *
   * @throws IOException if it breaks off or is damaged
   */
  void requireWhole(Path file) throws IOException {
    switch (this) {
      case GZIP -> GzipFile.requireWhole(file);
      case ZSTD -> ZstdFile.requireWhole(file);
      case NONE -> {}
    }
  }
}
