package io.dualwrite.jdbc.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds the file that holds a configuration. */
final class ConfigFiles {
  private static final String CLASS_PATH = "classpath:";

  private ConfigFiles() {}

  static MigrationConfig load(
      String location,
      Function<String, @Nullable String> environment,
      Map<String, String> settings) {
    if (location.startsWith(CLASS_PATH)) {
      return ofClassPath(location.substring(CLASS_PATH.length()), environment, settings);
    }
    try {
      return load(Path.of(location), environment, settings);
    } catch (InvalidPathException notAPath) {
      throw new ConfigurationException(
          "not the path of a configuration file: " + location, notAPath);
    }
  }

  static MigrationConfig load(
      Path file, Function<String, @Nullable String> environment, Map<String, String> settings) {
    String name = String.valueOf(file.getFileName());
    String yaml;
    if (Files.isDirectory(file)) {
      throw new ConfigurationException(
          List.of(file.toAbsolutePath() + " is a directory, not a configuration file"));
    }
    try {
      yaml = Files.readString(file);
    } catch (NoSuchFileException missing) {
      throw new ConfigurationException("no configuration file " + file.toAbsolutePath(), missing);
    } catch (CharacterCodingException notText) {
      throw new ConfigurationException(name + ": not a text in UTF-8", notText);
    } catch (IOException unreadable) {
      throw new ConfigurationException(
          file.toAbsolutePath()
              + " cannot be read: "
              + (unreadable instanceof AccessDeniedException
                  ? "permission denied"
                  : unreadable.getClass().getSimpleName()),
          unreadable);
    }
    return ConfigReader.read(yaml, name, new Variables(environment), settings);
  }

  private static MigrationConfig ofClassPath(
      String resource,
      Function<String, @Nullable String> environment,
      Map<String, String> settings) {
    String path = resource.startsWith("/") ? resource.substring(1) : resource;
    ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    ClassLoader own = ConfigFiles.class.getClassLoader();
    for (ClassLoader loader : ofThread == null ? List.of(own) : List.of(ofThread, own)) {
      try (InputStream found = loader.getResourceAsStream(path)) {
        if (found != null) {
          return ConfigReader.read(
              new String(found.readAllBytes(), StandardCharsets.UTF_8),
              CLASS_PATH + path,
              new Variables(environment),
              settings);
        }
      } catch (IOException unreadable) {
        throw new ConfigurationException(CLASS_PATH + path + " cannot be read", unreadable);
      }
    }
    throw new ConfigurationException(
        List.of("no configuration file " + path + " on the class path"));
  }
}
