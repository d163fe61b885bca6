package io.dualwrite.reconciler.report.page;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that a page is written to: under another name first, then moved into its place, so that
 * whoever reads it meanwhile sees the old page or the new one, and a crash leaves the old one.
 */
public final class PageFile {
  private final Path file;
  private final Path directory;

  /**
   * That file.
   *
   * @throws IllegalArgumentException if nothing can be written there: better before a long run than
   *     after it
   */
  public PageFile(Path file) {
    this.file = file.toAbsolutePath();
    Path parent = this.file.getParent();
    if (parent == null || Files.isDirectory(this.file)) {
      throw problem(" is a directory: name a file in it");
    }
    this.directory = parent;
    if (!Files.isDirectory(directory)) {
      throw problem(": there is no directory " + directory);
    }
    if (!Files.isWritable(directory)) {
      throw problem(": directory " + directory + " cannot be written");
    }
  }

  private IllegalArgumentException problem(String text) {
    return new IllegalArgumentException("--report " + file + text);
  }

  /**
   * Writes the page.
   *
   * @throws IllegalArgumentException if it cannot be written
   */
  public void write(String html) {
    try {
      Path draft = Files.createTempFile(directory, "." + file.getFileName(), ".part");
      try {
        Files.writeString(draft, html);
        move(draft);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--report " + file + " could not be written: " + e.getMessage(), e);
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
