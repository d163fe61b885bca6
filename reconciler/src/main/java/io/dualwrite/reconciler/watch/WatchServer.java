package io.dualwrite.reconciler.watch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves a watch's page at {@code /}, its metrics at {@code /metrics} and whether it is in sync at
 * {@code /health} (200, else 503). It has no login: on another address than the loopback, whoever
 * reaches it reads table names and keys.
 */
public final class WatchServer implements AutoCloseable {
  private static final int THREADS = 8;
  private static final int BACKLOG = 16;

  static {
    // The server's own settings, in seconds. Without them, whoever sends half a request keeps a
    // thread for ever.
    limit("maxReqTime", 5);
    limit("maxRspTime", 60);
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final boolean local;

  /** An answer. */
  public record Answer(int status, String type, String body) {}

  /**
   * Listens from now on.
   *
   * @param address where; port 0 for any free one
   * @throws IOException if that cannot be listened to
   */
  public WatchServer(
      InetSocketAddress address,
      Supplier<Answer> page,
      Supplier<Answer> metrics,
      Supplier<Answer> health)
      throws IOException {
    this.local = address.getAddress().isLoopbackAddress();
    this.server = HttpServer.create(address, BACKLOG);
    this.threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "watch-http");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", e -> answer(e, "/", page));
    server.createContext("/metrics", e -> answer(e, "/metrics", metrics));
    server.createContext("/health", e -> answer(e, "/health", health));
    server.start();
  }

  private static void limit(String name, int seconds) {
    String property = "sun.net.httpserver." + name;
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(seconds));
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void answer(HttpExchange exchange, String path, Supplier<Answer> answer)
      throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        send(exchange, new Answer(405, "text/plain", "GET only\n"));
      } else if (local && !isLocalName(exchange.getRequestHeaders().getFirst("Host"))) {
        // A name of somebody else's that leads here: a page of theirs would be reading this one.
        send(exchange, new Answer(403, "text/plain", "Ask for localhost\n"));
      } else if (!exchange.getRequestURI().getPath().equals(path)) {
        send(exchange, new Answer(404, "text/plain", "There are /, /metrics and /health\n"));
      } else {
        send(exchange, answer.get());
      }
    }
  }

  private static boolean isLocalName(String host) {
    return host != null
        && List.of("localhost", "127.0.0.1", "[::1]").contains(host.replaceFirst(":\\d+$", ""));
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    var headers = exchange.getResponseHeaders();
    headers.set(
        "Content-Type",
        answer.type().contains("charset") ? answer.type() : answer.type() + "; charset=utf-8");
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(answer.status(), head || body.length == 0 ? -1 : body.length);
    if (!head && body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  /** Stops listening at once. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
