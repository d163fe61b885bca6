package io.dualwrite.reconciler.backfill.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The 57 MB of machine code that the engine's driver unpacks into the directory for temporary
 * files. The driver removes them when the process ends by itself; a process that is killed would
 * leave them there for ever.
 */
final class UnpackedLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(UnpackedLibrary.class);
  private static final Path MAPPED = Path.of("/proc/self/maps");
  private static final String NAME = "/libduckdb_java";

  private UnpackedLibrary() {}

  /** Removes the name of a file that is loaded, where that is all that is left of it (Linux). */
  static void unlink() {
    if (!Files.isReadable(MAPPED)) {
      return;
    }
    try {
      for (Path library : loaded(Files.readAllLines(MAPPED))) {
        Files.deleteIfExists(library);
      }
    } catch (IOException e) {
      LOG.debug("The driver's library stays until this process ends: {}", e.getClass().getName());
    }
  }

  static List<Path> loaded(List<String> mappings) {
    return mappings.stream()
        .filter(m -> m.contains(NAME) && m.endsWith(".so"))
        .map(m -> Path.of(m.substring(m.indexOf('/'))))
        .distinct()
        .toList();
  }
}
