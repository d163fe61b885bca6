package io.dualwrite.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * Real airports and flights, shipped as CSV; the README beside the files says where they come from.
 */
public final class FlightData {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

  private FlightData() {}

  /** All airports as CSV with a header. */
  public static String airportsCsv() {
    try (BufferedReader lines = lines(open("airports.csv"))) {
      return lines.lines().collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first so many flights as CSV with a header. */
  public static String flightsCsv(int flights) {
    try (BufferedReader lines = flightLines()) {
      return lines.lines().limit(flights + 1L).collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first so many flights as an airline's schedule. */
  static List<Flight> schedule(int flights) {
    try (BufferedReader lines = flightLines()) {
      return lines.lines().skip(1).limit(flights).map(FlightData::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Flight parse(String line) {
    String[] fields = line.split(",", -1);
    return new Flight(
        LocalDateTime.parse(fields[0], TIME), fields[1], fields[2], Integer.parseInt(fields[3]));
  }

  private static BufferedReader flightLines() throws IOException {
    return lines(new GZIPInputStream(open("flights-2001-200k.csv.gz")));
  }

  private static InputStream open(String file) {
    return Objects.requireNonNull(FlightData.class.getResourceAsStream("data/" + file), file);
  }

  private static BufferedReader lines(InputStream file) {
    return new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8));
  }
}
