package io.dualwrite.benchmarks.system;

import java.util.Locale;

/** What can be wrong with the target. */
enum Trouble {
  /** Its server is gone, and refuses connections. */
  KILLED {
    @Override
    void begin(Servers servers) {
      servers.target().kill();
    }

    @Override
    void end(Servers servers) {
      servers.target().restart();
    }
  },
  /** Its server stands still, connections stay open. */
  FROZEN {
    @Override
    void begin(Servers servers) {
      servers.target().freeze();
    }

    @Override
    void end(Servers servers) {
      servers.target().thaw();
    }
  },
  /** The network swallows everything, and new connections are never answered. */
  BLACK_HOLED {
    @Override
    Servers prepare(Servers servers) {
      return servers.throughProxy();
    }

    @Override
    void begin(Servers servers) {
      servers.proxy().blackHole();
    }

    @Override
    void end(Servers servers) {
      servers.proxy().cut();
      servers.proxy().forward();
    }
  };

  /** The servers that the application is to be given. */
  Servers prepare(Servers servers) {
    return servers;
  }

  abstract void begin(Servers servers);

  abstract void end(Servers servers);

  String label() {
    return "target " + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
