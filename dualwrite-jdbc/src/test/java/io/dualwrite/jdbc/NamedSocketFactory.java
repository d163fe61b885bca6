package io.dualwrite.jdbc;

import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;

/** As those of clouds are: it is told by a property of its own where to connect to. */
public final class NamedSocketFactory extends SocketFactory {
  static final List<String> INSTANCES = new CopyOnWriteArrayList<>();

  public NamedSocketFactory(Properties properties) {
    INSTANCES.add(String.valueOf(properties.getProperty("cloudInstance")));
  }

  @Override
  public Socket createSocket() {
    return new Socket();
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }
}
