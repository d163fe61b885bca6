package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command over real databases. */
@WithDatabases
class WatchCommandTest {
  private final TestDatabases dbs;
  private final ByUrls commands;
  private final HttpClient http = HttpClient.newHttpClient();

  WatchCommandTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.commands = new ByUrls(dbs);
  }

  @BeforeEach
  void flights() throws SQLException {
    dbs.executeOnBoth(
        "create table flights (id bigint, at timestamptz, delay int, primary key (id, at))",
        "create table airports (code text primary key)",
        "insert into airports values ('OSL')",
        "insert into flights select i, timestamptz '2001-01-14Z' + i * interval '1 min', 1 from generate_series(0, 1799) i");
  }

  @Test
  void onceIsOneRoundAndItsVerdict() throws SQLException {
    Ran equal = commands.run("watch", "--once", "--listen", "none");
    assertThat(equal.err()).isEmpty();
    assertThat(equal.code()).isZero();
    assertThat(equal.out()).contains("In sync up to", "2 tables.");

    dbs.execute(dbs.target(), "delete from flights where id = 7");
    Ran drift = commands.run("watch", "--once", "--listen", "none");
    assertThat(drift.code()).isEqualTo(1);
    assertThat(drift.out()).contains("Not in sync: 1 row of public.flights differs.");
  }

  @Test
  void untilDriftEndsWhenRowsDifferAndTheCommandIsTold(@TempDir Path directory) throws Exception {
    Path told = directory.resolve("told");
    Running running =
        Running.begin(
            commands,
            "watch",
            "--until-drift",
            "--every",
            "100ms",
            "--reverify",
            "5s",
            "--listen",
            "none",
            "--on-drift",
            "echo $DUALWRITE_VERDICT $DUALWRITE_TABLES $DUALWRITE_DIFFERING_ROWS > " + told);
    await().until(() -> running.out().contains("In sync"));

    dbs.execute(dbs.target(), "update flights set delay = 2 where id = 100");

    assertThat(running.code()).isEqualTo(1);
    assertThat(Files.readString(told)).isEqualTo("drift public.flights 1\n");
  }

  @Test
  @Guarantee("G10")
  void thePageAndTheMetricsFollowADatabaseThatGoesAndComesBack() throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer())) {
      Running running =
          Running.begin(
              commands.credentials(),
              "watch",
              "--every",
              "100ms",
              "--listen",
              "0",
              "--source",
              dbs.sourceServer().jdbcUrl(dbs.database()),
              "--target",
              proxy.jdbcUrl(dbs.database()));
      int port = running.port();
      await().untilAsserted(() -> assertThat(get(port, "/health").statusCode()).isEqualTo(200));
      assertThat(get(port, "/").body())
          .contains("verdict good", "In sync up to", "public.flights", "http-equiv=\"refresh\"");
      assertThat(get(port, "/metrics").body())
          .contains(
              "dualwrite_watch_in_sync 1.0", "table=\"public.flights\",verdict=\"differs\"} 0.0");

      proxy.refuse();
      await()
          .untilAsserted(
              () ->
                  assertThat(get(port, "/").body())
                      .contains("Cannot look since", "verdict unknown"));
      assertThat(get(port, "/health").statusCode()).isEqualTo(503);
      assertThat(get(port, "/metrics").body())
          .contains("dualwrite_watch_in_sync 0.0", "dualwrite_watch_away 1.0");

      proxy.forward();
      await().untilAsserted(() -> assertThat(get(port, "/health").statusCode()).isEqualTo(200));
      running.interrupt();
      assertThat(running.code()).isEqualTo(130);
    }
  }

  @Test
  void aNameOfSomebodyElsesThatLeadsHereIsRefused() throws Exception {
    Running running =
        Running.begin(commands, "watch", "--every", "100ms", "--listen", "127.0.0.1:0");
    int port = running.port();

    assertThat(raw(port, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 403");
    assertThat(get(port, "/other").statusCode()).isEqualTo(404);
    running.interrupt();
  }

  private static String raw(int port, String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private HttpResponse<String> get(int port, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
