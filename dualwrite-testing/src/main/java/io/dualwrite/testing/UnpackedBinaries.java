package io.dualwrite.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The directory where the launcher of embedded servers unpacks their binaries once per machine.
 * Interrupted in the middle of that, it would never again start a server there.
 */
record UnpackedBinaries(Path directory) {

  private static final String COMPLETE = ".exists";
  private static final String LOCK = "epg-lock";

  private static boolean mended;

  /**
   * Mends the directory that the launcher uses in this JVM, before its first use. Later the
   * launcher itself may hold the lock on it.
   */
  static synchronized void mendOnce() {
    if (!mended) {
      Path standard = Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg");
      Path used = Path.of(System.getProperty("ot.epg.working-dir", standard.toString()));
      new UnpackedBinaries(used).removeIncomplete();
      mended = true;
    }
  }

  /** Removes what a process left that was ended while it unpacked; what one unpacks now stays. */
  void removeIncomplete() {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> unpacked = Files.newDirectoryStream(directory, "PG-*")) {
      for (Path binaries : unpacked) {
        if (!Files.exists(binaries.resolve(COMPLETE))) {
          removeUnlessLocked(binaries);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeUnlessLocked(Path binaries) throws IOException {
    Path lockFile = binaries.resolve(LOCK);
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null || Files.exists(binaries.resolve(COMPLETE))) {
        return;
      }
      try (Stream<Path> files = Files.walk(binaries)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          if (!file.equals(lockFile) && !file.equals(binaries)) {
            Files.deleteIfExists(file);
          }
        }
      }
    }
  }
}
