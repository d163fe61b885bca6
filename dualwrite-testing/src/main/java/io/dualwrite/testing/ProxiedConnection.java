package io.dualwrite.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One client's connection through a proxy, carried by one thread per direction. */
final class ProxiedConnection {

  private static final int PIECE = 16 * 1024;
  private static final int CONNECT_MILLIS = 5_000;

  private final Socket client;
  private final Socket server = new Socket();
  private final Traffic traffic;
  private final Consumer<ProxiedConnection> ended;
  private volatile boolean abandoned;
  private final AtomicInteger carrying = new AtomicInteger(2);
  private final Thread requests;
  private final Thread answers;

  ProxiedConnection(Socket client, Traffic traffic, Consumer<ProxiedConnection> ended) {
    this.client = client;
    this.traffic = traffic;
    this.ended = ended;
    this.requests = new Thread(() -> carry(client, server, false), "proxy-requests");
    this.answers = new Thread(() -> carry(server, client, true), "proxy-answers");
    requests.setDaemon(true);
    answers.setDaemon(true);
  }

  void connect(InetSocketAddress address) throws IOException {
    server.setTcpNoDelay(true);
    client.setTcpNoDelay(true);
    server.connect(address, CONNECT_MILLIS);
    requests.start();
    answers.start();
  }

  /** Ends the connection with RST on both sides; what is on its way is lost. */
  void reset() {
    reset(client);
    reset(server);
    requests.interrupt();
    answers.interrupt();
    ended.accept(this);
  }

  /**
   * Ends the connection on the server's side alone: the client's stays open, takes what is sent and
   * never answers, until the client gives it up.
   */
  void abandon() {
    abandoned = true;
    reset(server);
  }

  static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException closed) {
      return;
    } finally {
      close(socket);
    }
  }

  private void carry(Socket from, Socket to, boolean answer) {
    byte[] piece = new byte[PIECE];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int length;
      do {
        length = in.read(piece);
        traffic.pass(answer, System.nanoTime());
        if (length > 0) {
          out.write(piece, 0, length);
        }
      } while (length >= 0);
      to.shutdownOutput();
    } catch (IOException | InterruptedException broken) {
      if (!abandoned) {
        reset();
      } else if (!answer) {
        swallow(piece);
      }
    }
    if (carrying.decrementAndGet() == 0) {
      close(client);
      close(server);
      ended.accept(this);
    }
  }

  private void swallow(byte[] piece) {
    try {
      while (client.getInputStream().read(piece) >= 0) {
        // Nobody is there any more to get it.
      }
    } catch (IOException gone) {
      // So is the client.
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing is left of it either way.
    }
  }
}
