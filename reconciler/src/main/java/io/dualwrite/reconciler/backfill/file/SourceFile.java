package io.dualwrite.reconciler.backfill.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A file that is loaded.
 *
 * @param path a path or a URL
 * @param format how it is written
 * @param size its bytes
 * @param changedAt when it was written last, in words of where it lies
 */
record SourceFile(String path, FileFormat format, long size, String changedAt) {
  private static final Pattern REMOTE = Pattern.compile("(?s)[a-zA-Z][a-zA-Z0-9+.-]+://.*");

  /** Up to the last {@code @}: a password may have a slash or such a sign that is not escaped. */
  private static final Pattern USER = Pattern.compile("://(.*)@");

  static boolean isRemote(String path) {
    return REMOTE.matcher(path).matches();
  }

  /** As it may be shown and kept: a URL's user, password and signature are left out. */
  String shown() {
    return shown(path);
  }

  static String shown(String path) {
    if (!isRemote(path)) {
      return path;
    }
    int query = path.indexOf('?');
    String plain = query < 0 ? path : path.substring(0, query);
    return USER.matcher(plain).replaceFirst(user -> user.group(1).contains("/") ? "://…@" : "://");
  }

  /** What tells it from another file, or from what it was before it was changed. */
  String identity() {
    return shown() + " of " + size + " bytes, changed " + changedAt;
  }

  /**
   * Fails if a compressed local file breaks off or is damaged.
   *
   * @throws FileReadException naming it
   */
  void requireWhole() {
    if (format == FileFormat.PARQUET || isRemote(path)) {
      return;
    }
    Compression compression = Compression.of(path);
    try {
      compression.requireWhole(Path.of(path));
    } catch (IOException e) {
      throw new FileReadException(
          path
              + (e instanceof EOFException
                  ? " breaks off: it was not written or copied to its end"
                  : " is damaged, or no " + compression.word() + " file")
              + ". Get it again",
          e);
    }
  }

  /** As the engine takes it: nothing in it is a pattern. */
  String literal() {
    String exact = isRemote(path) ? path : path.replaceAll("([\\[*?])", "[$1]");
    return Engine.literal(exact);
  }
}
