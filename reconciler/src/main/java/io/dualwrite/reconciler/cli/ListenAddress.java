package io.dualwrite.reconciler.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;

/** {@code HOST:PORT}, {@code PORT} on the loopback, or {@code none}. */
record ListenAddress(String host, int port) {
  private static final int LAST = 65_535;

  static Optional<ListenAddress> parse(String text) {
    if (text.toLowerCase(Locale.ROOT).equals("none")) {
      return Optional.empty();
    }
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port >= 0 && port <= LAST && !host.isEmpty()) {
        return Optional.of(new ListenAddress(host.replaceAll("^\\[|]$", ""), port));
      }
    } catch (NumberFormatException e) {
      throw wrong(text, e);
    }
    throw wrong(text, null);
  }

  private static IllegalArgumentException wrong(
      String text, @org.jspecify.annotations.Nullable NumberFormatException cause) {
    return new IllegalArgumentException(
        "--listen must be HOST:PORT, PORT or none, such as 127.0.0.1:9464, was " + text, cause);
  }

  InetSocketAddress socket() {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("--listen: there is no host " + host, e);
    }
  }

  String shown(int bound) {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + bound;
  }
}
