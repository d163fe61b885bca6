package io.dualwrite.testing;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One client: it takes a session with its first message and gives it back once the server has
 * answered everything and says that no transaction is open.
 */
final class PoolerClient {
  private static final PoolerMessage SYNC = new PoolerMessage('S', new byte[0]);
  private static final PoolerMessage ROLLBACK =
      new PoolerMessage('Q', "ROLLBACK\0".getBytes(StandardCharsets.US_ASCII));

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final PooledSessions pool;
  private final AtomicInteger switches;

  private final Object lock = new Object();
  private @Nullable PoolerSession session;
  private @Nullable PoolerSession last;
  private int unanswered;
  private boolean unfinished;
  private boolean inTransaction;
  private boolean gone;

  PoolerClient(Socket socket, DataInputStream in, PooledSessions pool, AtomicInteger switches)
      throws IOException {
    this.socket = socket;
    this.in = in;
    this.out = new BufferedOutputStream(socket.getOutputStream());
    this.pool = pool;
    this.switches = switches;
  }

  /** Of the session that it has now; 0 if none. */
  long sessionKey() {
    synchronized (lock) {
      return session == null ? 0 : session.key();
    }
  }

  void run() throws IOException {
    try {
      PoolerMessage message = PoolerMessage.read(in);
      while (message.type() != 'X') {
        forward(message);
        message = PoolerMessage.read(in);
      }
    } finally {
      leave();
    }
  }

  private void forward(PoolerMessage message) throws IOException {
    // Only this thread takes a session, so that it can wait for one outside of the lock.
    PoolerSession taken = sessionKey() == 0 ? pool.take() : null;
    synchronized (lock) {
      PoolerSession current = session;
      if (current == null) {
        current = taken == null ? pool.take() : taken;
        if (last != null && last != current) {
          switches.incrementAndGet();
        }
        last = current;
        session = current;
        current.client(this);
      } else if (taken != null) {
        pool.giveBack(taken);
      }
      boolean asks = message.type() == 'Q' || message.type() == 'S' || message.type() == 'F';
      if (asks) {
        unanswered++;
      }
      unfinished = !asks && message.type() != 'd' && message.type() != 'c' && message.type() != 'f';
      current.send(message, in.available() == 0);
    }
  }

  /** From the session's thread. */
  void answer(PoolerMessage message, boolean flush) {
    if (message.type() == 'Z') {
      answered(message.body()[0]);
    }
    try {
      message.write(out);
      if (flush || message.type() == 'Z') {
        out.flush();
      }
    } catch (IOException clientGone) {
      TransactionPooler.close(socket);
    }
  }

  private void answered(byte status) {
    synchronized (lock) {
      unanswered--;
      inTransaction = status != 'I';
      if (gone) {
        clean();
      }
      if (unanswered == 0 && !unfinished && !inTransaction) {
        detach();
      }
    }
  }

  private void detach() {
    PoolerSession current = session;
    if (current != null) {
      session = null;
      current.client(null);
      pool.giveBack(current);
    }
  }

  private void leave() {
    synchronized (lock) {
      gone = true;
      clean();
    }
  }

  /** What the client leaves behind is rolled back before others get the session. */
  private void clean() {
    PoolerSession current = session;
    if (current == null || unanswered > 0) {
      return;
    }
    try {
      if (unfinished) {
        unfinished = false;
        unanswered++;
        current.send(SYNC, true);
      } else if (inTransaction) {
        unanswered++;
        current.send(ROLLBACK, true);
      }
    } catch (IOException broken) {
      session = null;
    }
  }

  void sessionLost() {
    synchronized (lock) {
      session = null;
    }
    TransactionPooler.close(socket);
  }
}
