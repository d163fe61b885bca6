package io.dualwrite.reconciler.backfill.file;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the files that a user has asked for. */
record SourceFiles(Engine engine, Optional<FileFormat> format) {

  /**
   * The files, in the order given, those of a pattern by name.
   *
   * @param setAside where bad records go, which no pattern means
   * @throws IllegalArgumentException naming what cannot be read, or is no file
   */
  List<SourceFile> find(List<String> asked, Path setAside) {
    Map<String, SourceFile> found = new LinkedHashMap<>();
    for (String each : asked) {
      for (String path :
          SourceFile.isRemote(each) ? remote(each, setAside) : local(each, setAside)) {
        if (found.put(path, file(path)) != null) {
          throw new IllegalArgumentException(
              "--file " + SourceFile.shown(path) + " is given twice");
        }
      }
    }
    return List.copyOf(found.values());
  }

  private List<String> local(String asked, Path setAside) {
    try {
      Path path = Path.of(asked);
      if (Files.isDirectory(path)) {
        throw new IllegalArgumentException(
            "--file " + asked + " is a directory: give its files, " + path.resolve("*.csv"));
      }
      if (Files.exists(path) || !isPattern(asked)) {
        return List.of(asked);
      }
    } catch (InvalidPathException e) {
      if (!isPattern(asked)) {
        throw new IllegalArgumentException("--file " + asked + " is no path", e);
      }
    }
    return matching(asked, setAside);
  }

  private List<String> remote(String asked, Path setAside) {
    if (asked.startsWith("file://")) {
      return local(Path.of(URI.create(asked)).toString(), setAside);
    }
    new ObjectStorage(engine).prepare(asked);
    boolean web = asked.startsWith("http://") || asked.startsWith("https://");
    return !web && isPattern(asked) ? matching(asked, setAside) : List.of(asked);
  }

  private static boolean isPattern(String path) {
    return path.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
  }

  private List<String> matching(String pattern, Path setAside) {
    List<String> files = new ArrayList<>();
    try {
      engine
          .rows("SELECT file FROM glob(" + Engine.literal(pattern) + ") ORDER BY file")
          .forEach(row -> files.add(row.get(0)));
      files.removeIf(file -> isSame(file, setAside));
    } catch (SQLException e) {
      throw FileReadException.of(SourceFile.shown(pattern), e);
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException(
          "--file " + SourceFile.shown(pattern) + ": no file matches");
    }
    return files;
  }

  private static boolean isSame(String file, Path setAside) {
    try {
      return !SourceFile.isRemote(file)
          && Files.exists(setAside)
          && Files.isSameFile(Path.of(file), setAside);
    } catch (IOException e) {
      // One that is gone says so when it is read.
      return false;
    }
  }

  private SourceFile file(String path) {
    FileFormat written =
        format
            .or(() -> FileFormat.of(path))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "--file "
                            + SourceFile.shown(path)
                            + ": its name does not say how it is written; give --file-format csv or parquet"));
    return SourceFile.isRemote(path) ? remoteFile(path, written) : localFile(path, written);
  }

  /**
   * Fails if a file is not what it was any more: what was read of it may be of both.
   *
   * @throws FileReadException naming it
   */
  void requireUnchanged(SourceFile file) {
    SourceFile now;
    try {
      now =
          SourceFile.isRemote(file.path())
              ? remoteFile(file.path(), file.format())
              : localFile(file.path(), file.format());
    } catch (IllegalArgumentException e) {
      throw new FileReadException(file.shown() + " was removed while it was loaded", e);
    }
    if (!now.identity().equals(file.identity())) {
      throw new FileReadException(file.shown() + " was changed while it was loaded");
    }
  }

  private SourceFile remoteFile(String path, FileFormat written) {
    try {
      List<List<String>> rows =
          engine.rows("SELECT size, last_modified FROM read_blob(" + Engine.literal(path) + ")");
      if (rows.isEmpty()) {
        throw new FileReadException(SourceFile.shown(path) + " is not there");
      }
      List<String> row = rows.get(0);
      return new SourceFile(path, written, Long.parseLong(row.get(0)), row.get(1));
    } catch (SQLException e) {
      throw FileReadException.of(SourceFile.shown(path), e);
    }
  }

  static SourceFile localFile(String asked, FileFormat written) {
    try {
      Path path = Path.of(asked).toRealPath();
      if (!Files.isReadable(path)) {
        throw new IllegalArgumentException("--file " + asked + " may not be read");
      }
      return new SourceFile(
          path.toString(),
          written,
          Files.size(path),
          Files.getLastModifiedTime(path).toInstant().toString());
    } catch (IOException e) {
      throw new IllegalArgumentException("--file " + asked + ": there is no such file", e);
    }
  }
}
