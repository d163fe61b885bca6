package io.dualwrite.reconciler.backfill.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compressed files that are whole, break off or are damaged. */
class CompressionTest {
  @TempDir private Path directory;

  private static byte[] gzip(int lines) throws IOException {
    Random random = new Random(lines);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      for (int i = 0; i < lines; i++) {
        out.write((i + "," + random.nextLong() + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  private byte[] zstd(int lines) throws SQLException, IOException {
    Path file = directory.resolve("written.csv.zst");
    try (Engine engine = Engine.open()) {
      engine.run(
          "COPY (SELECT i, hash(i) FROM range("
              + lines
              + ") t(i)) TO '"
              + file
              + "' (FORMAT csv, COMPRESSION zstd)");
    }
    return Files.readAllBytes(file);
  }

  private static byte[] joined(byte[]... parts) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.write(part);
    }
    return all.toByteArray();
  }

  private SourceFile file(String name, byte[] content) throws IOException {
    Path path = Files.write(directory.resolve(name), content);
    return SourceFiles.localFile(path.toString(), FileFormat.CSV);
  }

  private void assertBreaksOffAnywhere(String name, byte[] whole, int from) throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      int cut = i < 12 ? whole.length - 1 - i : from + 1 + random.nextInt(whole.length - from - 1);
      SourceFile file = file(name, Arrays.copyOf(whole, cut));
      assertThatThrownBy(file::requireWhole)
          .as("%s of %s bytes", cut, whole.length)
          .isInstanceOf(FileReadException.class)
          .hasMessageContaining(name + " breaks off");
    }
  }

  @Test
  void gzipIsReadToItsEnd() throws IOException {
    byte[] one = gzip(20_000);
    byte[] two = joined(one, gzip(3));

    file("a.csv.gz", one).requireWhole();
    file("b.csv.gz", two).requireWhole();
    file("c.csv.gz", joined(gzip(0), two, gzip(0))).requireWhole();

    assertBreaksOffAnywhere("d.csv.gz", one, 0);
    assertBreaksOffAnywhere("e.csv.gz", two, one.length);
  }

  @Test
  void gzipWithNamesAndMoreInItsHeader() throws IOException {
    byte[] plain = gzip(100);
    byte[] header = Arrays.copyOf(plain, 10);
    header[3] = 2 | 4 | 8 | 16;
    byte[] more = {2, 0, 9, 9, 'n', 0, 'c', 0, 7, 7};
    byte[] rest = Arrays.copyOfRange(plain, 10, plain.length);

    file("a.csv.gz", joined(header, more, rest)).requireWhole();
  }

  @Test
  void damagedGzipIsRefused() throws IOException {
    for (int behind : new int[] {1, 6, 2_000}) {
      byte[] bytes = gzip(20_000);
      bytes[bytes.length - behind] ^= 1;
      SourceFile file = file("a.csv.gz", bytes);
      assertThatThrownBy(file::requireWhole)
          .isInstanceOf(FileReadException.class)
          .hasMessageContaining("a.csv.gz is damaged, or no gzip file");
    }
    SourceFile behind = file("b.csv.gz", joined(gzip(3), new byte[100]));
    assertThatThrownBy(behind::requireWhole).hasMessageContaining("is damaged");
  }

  @Test
  void zstdIsReadToItsEnd() throws Exception {
    byte[] one = zstd(50_000);
    byte[] skipped = {0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3};
    // A raw block and one of a repeated byte, with the content's size, then a checksum.
    byte[] other = {
      0x28,
      (byte) 0xB5,
      0x2F,
      (byte) 0xFD,
      0x24,
      5,
      0x10,
      0,
      0,
      'a',
      'b',
      0x1B,
      0,
      0,
      'c',
      1,
      2,
      3,
      4
    };

    file("a.csv.zst", one).requireWhole();
    file("b.csv.zst", joined(skipped, one, skipped, other)).requireWhole();

    assertBreaksOffAnywhere("c.csv.zst", one, 0);
    assertBreaksOffAnywhere("d.csv.zst", joined(one, other), one.length);
    SourceFile plain = file("e.csv.zst", "id,a\n1,x\n".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(plain::requireWhole).hasMessageContaining("no zstd file");
  }

  @Test
  void theEndOfANameSaysItInAnyCase() {
    assertThat(Compression.of("/a/B.CSV.GZ")).isEqualTo(Compression.GZIP);
    assertThat(Compression.of("https://host/a.csv.zst?x=.gz")).isEqualTo(Compression.ZSTD);
    assertThat(Compression.of("/a/b.csv")).isEqualTo(Compression.NONE);
  }
}
