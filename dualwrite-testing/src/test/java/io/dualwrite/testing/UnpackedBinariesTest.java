package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackedBinariesTest {

  @TempDir private Path directory;

  @Test
  void nothingUnpackedYetIsFine() {
    new UnpackedBinaries(directory.resolve("absent")).removeIncomplete();
  }

  @Test
  void completeOnesStayAndHalvesGo() throws IOException {
    Path complete = unpacked("PG-complete", ".exists");
    Path half = unpacked("PG-half", "epg-lock");

    new UnpackedBinaries(directory).removeIncomplete();

    assertThat(complete).exists();
    assertThat(half).doesNotExist();
  }

  @Test
  void oneThatAnotherProcessUnpacksStays() throws IOException {
    Path half = unpacked("PG-half", "epg-lock");
    try (ChildJvm other =
        ChildJvm.of(Unpacks.class)
            .arguments(directory.resolve("PG-half/epg-lock").toString())
            .start()) {
      other.awaitLine("locked"::equals, Duration.ofMinutes(2));
      new UnpackedBinaries(directory).removeIncomplete();
      assertThat(half).exists();
    }
  }

  private Path unpacked(String name, String marker) throws IOException {
    Path binaries = Files.createDirectories(directory.resolve(name).resolve("bin"));
    Files.createFile(binaries.resolveSibling(marker));
    return Files.createFile(binaries.resolve("postgres"));
  }

  static final class Unpacks {
    public static void main(String[] args) throws Exception {
      try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        System.out.println(lock.isValid() ? "locked" : "not locked");
        Thread.currentThread().join();
      }
    }
  }
}
