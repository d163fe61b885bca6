package io.dualwrite.reconciler.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.watch.WatchServer.Answer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchServerTest {
  @Test
  void halfARequestKeepsNobodyElseFromAnAnswer() throws Exception {
    Answer answer = new Answer(200, "text/plain", "in sync\n");
    List<Socket> halves = new ArrayList<>();
    try (WatchServer server =
        new WatchServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            () -> answer,
            () -> answer,
            () -> answer)) {
      int port = server.address().getPort();
      for (int i = 0; i < 12; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        halves.add(socket);
        socket
            .getOutputStream()
            .write("GET / HTTP/1.1\r\nHost: localhost\r\nX".getBytes(StandardCharsets.US_ASCII));
      }

      HttpResponse<String> response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                      .timeout(Duration.ofSeconds(40))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());

      assertThat(response.body()).isEqualTo("in sync\n");
    } finally {
      for (Socket socket : halves) {
        socket.close();
      }
    }
  }
}
