package io.dualwrite.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

/** An application that writes and ends in order, without closing its connection. */
final class EndingApp {
  private EndingApp() {}

  public static void main(String[] args) throws Exception {
    Connection connection = DriverManager.getConnection(args[0]);
    Statement statement = connection.createStatement();
    for (int i = 0; i < 500; i++) {
      statement.executeUpdate("INSERT INTO item VALUES (" + i + ", 'a')");
    }
    System.exit(0);
  }
}
