package io.dualwrite.reconciler.backfill.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/**
 * A file that no other load writes to while this one does. Whoever makes it has it; one with
 * nothing in it that a killed process has left is taken by whoever locks it. Its owner alone may
 * read it, for it holds values of rows.
 *
 * <p>Only what was read through {@link #channel} is read while it is held: on some systems, closing
 * another channel of a file gives its lock away.
 */
final class HeldFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final boolean locked;

  private HeldFile(Path path, FileChannel channel, boolean locked) {
    this.path = path;
    this.channel = channel;
    this.locked = locked;
  }

  /**
   * One with nothing in it.
   *
   * @throws FileAlreadyExistsException if there is something in it
   * @throws IllegalArgumentException while another load has it
   */
  static HeldFile fresh(Path path) throws IOException {
    HeldFile held = Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? left(path) : made(path);
    try {
      forceName(path);
      return held;
    } catch (IOException e) {
      held.close();
      throw e;
    }
  }

  private static HeldFile made(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            forOwner(path));
    return new HeldFile(path, channel, isLocked(path, channel));
  }

  private static HeldFile left(Path path) throws IOException {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.size(path) > 0) {
      throw new FileAlreadyExistsException(path.toString());
    }
    HeldFile held = existing(path);
    if (!held.locked || held.channel.size() > 0) {
      held.channel.close();
      throw new FileAlreadyExistsException(path.toString());
    }
    return held;
  }

  /**
   * One that is there.
   *
   * @throws IllegalArgumentException while another load has it
   */
  static HeldFile existing(Path path) throws IOException {
    Object before = key(path);
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      boolean locked = isLocked(path, channel);
      // Whoever had it may have removed it before letting go.
      if (!Files.exists(path) || !Objects.equals(before, key(path))) {
        throw inUse(path);
      }
      return new HeldFile(path, channel, locked);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** False where the file system has no locks. */
  private static boolean isLocked(Path path, FileChannel channel) throws IOException {
    try {
      if (channel.tryLock() == null) {
        channel.close();
        throw inUse(path);
      }
      return true;
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw inUse(path);
    } catch (IOException e) {
      return false;
    }
  }

  private static IllegalArgumentException inUse(Path path) {
    return new IllegalArgumentException(
        path + " is in use by another load. Wait for it, or name another file with --set-aside");
  }

  private static Object key(Path path) throws IOException {
    return String.valueOf(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
  }

  private static FileAttribute<?>[] forOwner(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /** The name is on disk too, where the system can say so. */
  private static void forceName(Path path) throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null && java.io.File.separatorChar == '/') {
      try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }

  FileChannel channel() {
    return channel;
  }

  /** What it begins with, up to so many bytes. */
  byte[] head(int most) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(most, channel.size()));
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
      // Reads on.
    }
    return bytes.array();
  }

  /** Lets go of it; where there is nothing in it, its name is removed before. */
  @Override
  public void close() throws IOException {
    try (channel) {
      if (locked && channel.size() == 0) {
        Files.deleteIfExists(path);
      }
    }
  }
}
