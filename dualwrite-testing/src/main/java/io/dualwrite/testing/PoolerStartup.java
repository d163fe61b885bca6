package io.dualwrite.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a client's connection begins: it authenticates with the server, in a new session there. */
final class PoolerStartup {
  static final int CANCEL = 80877102;
  private static final int SSL = 80877103;
  private static final int GSS = 80877104;

  /** Opens a connection to the server. */
  interface Connecting {
    Socket connect() throws IOException;
  }

  /** Passes on that what runs for a client is to be cancelled. */
  interface Cancelling {
    void cancel(long key) throws IOException;
  }

  private final DataInputStream in;
  private final OutputStream out;
  private final Connecting connecting;
  private final Cancelling cancelling;
  private final Map<String, String> parameters = new HashMap<>();
  private long key;

  PoolerStartup(Socket client, Connecting connecting, Cancelling cancelling) throws IOException {
    this.in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
    this.out = new BufferedOutputStream(client.getOutputStream());
    this.connecting = connecting;
    this.cancelling = cancelling;
  }

  DataInputStream input() {
    return in;
  }

  /** What the client names itself by when it cancels. */
  long key() {
    return key;
  }

  String userAndDatabase() {
    return parameters.get("user") + "@" + parameters.get("database");
  }

  /** The session, idle; null if the client came to cancel, or was refused. */
  @Nullable PoolerSession run() throws IOException {
    while (true) {
      byte[] request = new byte[in.readInt() - 4];
      in.readFully(request);
      ByteBuffer fields = ByteBuffer.wrap(request);
      switch (fields.getInt()) {
        case SSL, GSS -> {
          out.write('N');
          out.flush();
        }
        case CANCEL -> {
          cancelling.cancel(fields.getLong());
          return null;
        }
        default -> {
          read(fields);
          return authenticated(request);
        }
      }
    }
  }

  private void read(ByteBuffer fields) {
    byte[] rest = new byte[fields.remaining()];
    fields.get(rest);
    String[] texts = new String(rest, StandardCharsets.UTF_8).split("\0");
    for (int i = 0; i + 1 < texts.length; i += 2) {
      parameters.put(texts[i], texts[i + 1]);
    }
  }

  private @Nullable PoolerSession authenticated(byte[] request) throws IOException {
    Socket socket = connecting.connect();
    DataInputStream answers = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    OutputStream requests = new BufferedOutputStream(socket.getOutputStream());
    requests.write(ByteBuffer.allocate(4).putInt(request.length + 4).array());
    requests.write(request);
    requests.flush();
    while (true) {
      PoolerMessage answer = PoolerMessage.read(answers);
      answer.write(out);
      out.flush();
      switch (answer.type()) {
        case 'E' -> {
          socket.close();
          return null;
        }
        case 'K' -> key = ByteBuffer.wrap(answer.body()).getLong();
        case 'Z' -> {
          return new PoolerSession(socket, answers, requests, key);
        }
        case 'R' -> {
          // Neither "ok" nor the server's last word on SASL: the client has to answer.
          if (answer.number() != 0 && answer.number() != 12) {
            PoolerMessage.read(in).write(requests);
            requests.flush();
          }
        }
        default -> {}
      }
    }
  }
}
