package io.dualwrite.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A stretch of network in front of a server, on the loopback interface, for a test to break.
 *
 * <p>It carries at most 200 connections, with two threads each. What it is told holds for the
 * connections that it carries and for new ones, until it is told otherwise. All methods may be
 * called from any thread.
 */
public final class TcpProxy implements AutoCloseable {

  private static final int MAX_CONNECTIONS = 200;

  private final InetSocketAddress server;
  private final ServerSocket listener;
  private final Traffic traffic = new Traffic();
  private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
  private final Thread acceptor;
  private volatile boolean refusing;

  private TcpProxy(InetSocketAddress server, ServerSocket listener) {
    this.server = server;
    this.listener = listener;
    this.acceptor = new Thread(this::accept, "proxy-" + listener.getLocalPort());
  }

  /** A proxy in front of a server, forwarding. */
  public static TcpProxy inFrontOf(PostgresServer server) {
    return inFrontOf(server.host(), server.port());
  }

  /** A proxy in front of whatever listens there, forwarding. */
  public static TcpProxy inFrontOf(String host, int port) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      TcpProxy proxy = new TcpProxy(new InetSocketAddress(host, port), listener);
      proxy.acceptor.setDaemon(true);
      proxy.acceptor.start();
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port to connect to instead of the server's. */
  public int port() {
    return listener.getLocalPort();
  }

  /** The URL of a PostgreSQL database behind the proxy, without credentials. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
  }

  /** How many connections are open now. */
  public int connections() {
    return connections.size();
  }

  /** Lets everything pass again, at once; what was held back arrives. */
  public void forward() {
    refusing = false;
    traffic.flow();
  }

  /** Resets the connections that are open now; new ones are forwarded. */
  public void cut() {
    connections.forEach(ProxiedConnection::reset);
  }

  /** Resets the connections that are open now, and every new one at once. */
  public void refuse() {
    refusing = true;
    cut();
  }

  /**
   * The connections that are open now end on the server's side alone, for good: clients are not
   * told, and wait for ever. New ones are forwarded. So it is when a server's address moves to
   * another machine.
   */
  public void abandon() {
    connections.forEach(ProxiedConnection::abandon);
  }

  /** Lets nothing pass in either direction; new connections are accepted and never answered. */
  public void blackHole() {
    traffic.hold(true, true);
  }

  /**
   * Lets requests pass and holds back the answers: the server does what it is asked to, and the
   * client never learns it.
   */
  public void holdAnswers() {
    traffic.hold(false, true);
  }

  /** Lets everything pass, every piece in each direction so much later. */
  public void delay(Duration delay) {
    traffic.delay(delay);
  }

  /** Resets what is open and stops listening. */
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
      cut();
      traffic.flow();
    }
  }

  private void accept() {
    while (true) {
      Socket client;
      try {
        client = listener.accept();
      } catch (IOException closed) {
        return;
      }
      take(client);
    }
  }

  private void take(Socket client) {
    if (refusing || connections.size() >= MAX_CONNECTIONS) {
      ProxiedConnection.reset(client);
      return;
    }
    try {
      ProxiedConnection connection = new ProxiedConnection(client, traffic, connections::remove);
      connections.add(connection);
      connection.connect(server);
    } catch (IOException unreachable) {
      ProxiedConnection.reset(client);
    }
  }
}
