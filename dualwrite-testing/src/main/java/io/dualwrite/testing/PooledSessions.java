package io.dualwrite.testing;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The sessions of one user in one database, handed out in turn. */
final class PooledSessions {
  private static final int PATIENCE_SECONDS = 30;

  private final int most;
  private final AtomicInteger all = new AtomicInteger();
  private final BlockingQueue<PoolerSession> idle = new LinkedBlockingQueue<>();

  PooledSessions(int most) {
    this.most = most;
  }

  /** Takes a session in, or ends it if there are enough. */
  void add(PoolerSession session) throws IOException {
    if (all.incrementAndGet() > most) {
      all.decrementAndGet();
      session.end();
    } else {
      session.start(
          () -> {
            all.decrementAndGet();
            idle.remove(session);
          });
      idle.add(session);
    }
  }

  PoolerSession take() throws IOException {
    try {
      PoolerSession session = idle.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (session == null) {
        throw new IOException("no session on the server became free");
      }
      return session;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  void giveBack(PoolerSession session) {
    idle.add(session);
  }
}
