package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.EndpointConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.Failures;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why a side cannot be connected to, and what to look at. */
record Unreachable(MigrationConfig config, Side side, @Nullable String user) {

  /** In one line that begins with the URL, without secrets. */
  String describe(SQLException e) {
    EndpointConfig endpoint = config.endpoint(side).orElseThrow();
    String where = endpoint.displayUrl();
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return switch (state) {
      case "28P01", "28000", "08004" ->
          user == null
              ? where
                  + " refused the login: no user is named ("
                  + state
                  + "). Set "
                  + setting("username")
                  + "."
              : where
                  + " refused the login of \""
                  + user
                  + "\" ("
                  + state
                  + "). "
                  + password(endpoint);
      case "3D000" -> where + ": there is no such database (3D000).";
      case "08001", "08006" -> where + " " + connection(e, state);
      default -> where + ": " + Failures.describe(e);
    };
  }

  private static String connection(SQLException e, String state) {
    if (caused(e, UnknownHostException.class)) {
      return "cannot be reached (" + state + "): there is no host of that name.";
    }
    if (caused(e, SocketTimeoutException.class)
        || String.valueOf(e.getMessage()).contains("timed out")) {
      return "does not answer ("
          + state
          + "). Is the server overloaded or stopped, or a firewall in between?";
    }
    return "cannot be reached (" + state + "). Does the server run, and are host and port right?";
  }

  private static boolean caused(Throwable e, Class<? extends Throwable> type) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  private String password(EndpointConfig endpoint) {
    return setting("password") + (endpoint.password().isPresent() ? " is set." : " is not set.");
  }

  private String setting(String name) {
    return config.origin().name().isEmpty()
        ? "DUALWRITE_" + side.name() + "_" + name.toUpperCase(Locale.ROOT)
        : side.label() + "." + name + " in " + config.origin().name();
  }
}
