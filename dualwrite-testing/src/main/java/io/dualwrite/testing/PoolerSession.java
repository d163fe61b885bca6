package io.dualwrite.testing;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** A session on the server; its answers go to the client that has it at the time. */
final class PoolerSession {
  private final Socket socket;
  private final DataInputStream answers;
  private final OutputStream requests;
  private final long key;
  private volatile @Nullable PoolerClient client;

  PoolerSession(Socket socket, DataInputStream answers, OutputStream requests, long key) {
    this.socket = socket;
    this.answers = answers;
    this.requests = requests;
    this.key = key;
  }

  long key() {
    return key;
  }

  void start(Runnable ended) {
    Thread thread = new Thread(() -> carry(ended), "pooler-session");
    thread.setDaemon(true);
    thread.start();
  }

  void client(@Nullable PoolerClient next) {
    client = next;
  }

  void send(PoolerMessage message, boolean flush) throws IOException {
    message.write(requests);
    if (flush) {
      requests.flush();
    }
  }

  void end() throws IOException {
    send(new PoolerMessage('X', new byte[0]), true);
    socket.close();
  }

  private void carry(Runnable ended) {
    try {
      while (true) {
        PoolerMessage answer = PoolerMessage.read(answers);
        PoolerClient of = client;
        if (of != null) {
          of.answer(answer, answers.available() == 0);
        }
      }
    } catch (IOException broken) {
      ended.run();
      PoolerClient of = client;
      if (of != null) {
        of.sessionLost();
      }
      TransactionPooler.close(socket);
    }
  }
}
