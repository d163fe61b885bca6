package io.dualwrite.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connection pooler in transaction mode in front of a server, as PgBouncer is: a client has a
 * server's session for one transaction and then another one, which has seen other clients' work.
 * Nothing is reset in between, prepared statements are not followed from one to the other, and
 * notifications do not arrive.
 *
 * <p>Clients authenticate with the server, each through a session of its own, which then belongs to
 * all; what is more than there may be is ended. All methods may be called from any thread.
 */
public final class TransactionPooler implements AutoCloseable {
  private final InetSocketAddress server;
  private final int sessions;
  private final ServerSocket listener;
  private final Thread acceptor;
  private final Map<String, PooledSessions> pools = new ConcurrentHashMap<>();
  private final Map<Long, PoolerClient> clients = new ConcurrentHashMap<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger switches = new AtomicInteger();

  private TransactionPooler(InetSocketAddress server, int sessions, ServerSocket listener) {
    this.server = server;
    this.sessions = sessions;
    this.listener = listener;
    this.acceptor = new Thread(this::accept, "pooler-" + listener.getLocalPort());
  }

  /**
   * A pooler in front of a server.
   *
   * @param sessions the most sessions on the server for one user and database
   */
  public static TransactionPooler inFrontOf(PostgresServer server, int sessions) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      TransactionPooler pooler =
          new TransactionPooler(
              new InetSocketAddress(server.host(), server.port()), sessions, listener);
      pooler.acceptor.setDaemon(true);
      pooler.acceptor.start();
      return pooler;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The URL of a PostgreSQL database behind the pooler, without credentials. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + listener.getLocalPort() + "/" + database;
  }

  /** How often a client got another session than it had before. */
  public int switches() {
    return switches.get();
  }

  /** Ends all connections and stops listening. */
  @Override
  public void close() {
    try {
      listener.close();
      acceptor.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.forEach(TransactionPooler::close);
    }
  }

  private void accept() {
    while (true) {
      try {
        Socket client = listener.accept();
        client.setTcpNoDelay(true);
        sockets.add(client);
        Thread thread = new Thread(() -> serve(client), "pooler-client");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      PoolerStartup startup = new PoolerStartup(socket, this::connect, this::cancel);
      PoolerSession own = startup.run();
      if (own == null) {
        return;
      }
      PooledSessions pool =
          pools.computeIfAbsent(startup.userAndDatabase(), name -> new PooledSessions(sessions));
      PoolerClient client = new PoolerClient(socket, startup.input(), pool, switches);
      clients.put(startup.key(), client);
      try {
        pool.add(own);
        client.run();
      } finally {
        clients.remove(startup.key());
      }
    } catch (IOException gone) {
      // The client is; what it left behind is rolled back.
    } finally {
      sockets.remove(socket);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.connect(server, 5_000);
    sockets.add(socket);
    return socket;
  }

  private void cancel(long key) throws IOException {
    PoolerClient client = clients.get(key);
    long of = client == null ? 0 : client.sessionKey();
    if (of != 0) {
      try (Socket socket = connect()) {
        ByteBuffer request = ByteBuffer.allocate(16);
        request.putInt(16).putInt(PoolerStartup.CANCEL).putLong(of);
        socket.getOutputStream().write(request.array());
        socket.getOutputStream().flush();
        // The server closes the connection when it has passed the signal on.
        socket.getInputStream().read();
      }
    }
  }

  static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing is left of it either way.
    }
  }
}
