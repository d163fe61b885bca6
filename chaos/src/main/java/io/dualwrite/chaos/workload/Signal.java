package io.dualwrite.chaos.workload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * What the applications are to do, as a file says that all of them look at.
 *
 * @param number tells one order from the next
 * @param order what to do
 */
public record Signal(int number, Order order) {

  /** What an application does. */
  public enum Order {
    /** Write. */
    GO,
    /** Finish what is under way, and begin nothing. */
    PAUSE,
    /** The same, and end. */
    QUIT
  }

  /** Gives the order, at once and as a whole. */
  public void give(Path file) {
    try {
      Path next = file.resolveSibling(file.getFileName() + ".next");
      Files.writeString(next, number + " " + order);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last order. */
  static Signal read(Path file) {
    try {
      String[] words = Files.readString(file).split(" ", 2);
      return new Signal(Integer.parseInt(words[0]), Order.valueOf(words[1]));
    } catch (NoSuchFileException none) {
      return new Signal(0, Order.PAUSE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
