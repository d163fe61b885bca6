package io.dualwrite.reconciler.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page takes nothing else's place. */
class PageFileTest {
  @TempDir private Path directory;

  @Test
  void aLinkStaysOneAndItsFileIsWritten() throws Exception {
    Path real = Files.writeString(directory.resolve("real.html"), "old");
    Path link = Files.createSymbolicLink(directory.resolve("link.html"), real);

    new PageFile(link).write("new");

    assertThat(link).isSymbolicLink();
    assertThat(real).hasContent("new");
    Path first = Files.createSymbolicLink(directory.resolve("to-none"), Path.of("none.html"));
    new PageFile(first).write("first");
    assertThat(first).isSymbolicLink();
    assertThat(directory.resolve("none.html")).hasContent("first");
  }

  @Test
  void aPipeIsWrittenTo() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    CompletableFuture<String> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readString(pipe);
              } catch (java.io.IOException e) {
                throw new UncheckedIOException(e);
              }
            });

    new PageFile(pipe).write("page");

    assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo("page");
    assertThat(Files.isRegularFile(pipe)).isFalse();
    new PageFile(Path.of("/dev/null")).write("page");
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
  }

  @Test
  void whoeverMayReadTheOldPageMayReadTheNewOne() throws Exception {
    Path other = Files.writeString(directory.resolve("other"), "");
    Path page = directory.resolve("page.html");

    new PageFile(page).write("one");
    assertThat(Files.getPosixFilePermissions(page))
        .as("as any file that is made here")
        .isEqualTo(Files.getPosixFilePermissions(other));
    Files.setPosixFilePermissions(page, PosixFilePermissions.fromString("rw-rw-rw-"));
    new PageFile(page).write("two");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(page)))
        .isEqualTo("rw-rw-rw-");
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("other", "page.html");
  }

  @Test
  void whatCannotBeWrittenIsNoWrongUsage() throws Exception {
    Path gone = Files.createDirectory(directory.resolve("gone"));
    PageFile page = new PageFile(gone.resolve("page.html"));
    Files.delete(gone);

    assertThatThrownBy(() -> page.write("page"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("--report " + gone.resolve("page.html") + " could not be written");
  }
}
