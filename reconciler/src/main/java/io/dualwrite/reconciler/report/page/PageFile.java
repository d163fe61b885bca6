package io.dualwrite.reconciler.report.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that a page is written to: under another name first, then moved into its place, so that
 * whoever reads it meanwhile sees the old page or the new one, and a crash leaves the old one.
 */
public final class PageFile {
  private final Path file;
  private final Path directory;

  /**
   * That file, or where it leads to.
   *
   * @throws IllegalArgumentException if nothing can be written there: better before a long run than
   *     after it
   */
  public PageFile(Path file) {
    this.file = target(file.toAbsolutePath());
    Path parent = this.file.getParent();
    if (parent == null || Files.isDirectory(this.file)) {
      throw problem(" is a directory: name a file in it");
    }
    this.directory = parent;
    if (isDevice()) {
      if (!Files.isWritable(this.file)) {
        throw problem(" cannot be written");
      }
      return;
    }
    if (!Files.isDirectory(directory)) {
      throw problem(": there is no directory " + directory);
    }
    if (!Files.isWritable(directory)) {
      throw problem(": directory " + directory + " cannot be written");
    }
  }

  /** A link stays one; what it names is written. */
  private static Path target(Path file) {
    try {
      if (!Files.isSymbolicLink(file)) {
        return file;
      }
      if (Files.isRegularFile(file)) {
        return file.toRealPath();
      }
      return Files.exists(file)
          ? file
          : file.resolveSibling(Files.readSymbolicLink(file)).normalize();
    } catch (IOException e) {
      throw new IllegalArgumentException("--report " + file + " cannot be followed", e);
    }
  }

  /** A pipe or a device, which nothing may take the place of. */
  private boolean isDevice() {
    return Files.exists(file) && !Files.isRegularFile(file);
  }

  private IllegalArgumentException problem(String text) {
    return new IllegalArgumentException("--report " + file + text);
  }

  /**
   * Writes the page.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(String html) {
    try {
      if (isDevice()) {
        Files.writeString(file, html, StandardOpenOption.WRITE);
        return;
      }
      Path draft = directory.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
      try {
        Files.writeString(draft, html, StandardOpenOption.CREATE_NEW);
        keepPermissions(draft);
        move(draft);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "--report " + file + " could not be written: " + e.getMessage(), e);
    }
  }

  /** Whoever may read the old page may read the new one. */
  private void keepPermissions(Path draft) throws IOException {
    if (Files.exists(file)
        && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(draft, Files.getPosixFilePermissions(file));
    }
  }

  private void move(Path draft) throws IOException {
    try {
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
