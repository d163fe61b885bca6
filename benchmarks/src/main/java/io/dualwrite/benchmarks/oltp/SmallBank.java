package io.dualwrite.benchmarks.oltp;

import static io.dualwrite.benchmarks.oltp.OltpWorkload.number;
import static io.dualwrite.benchmarks.oltp.OltpWorkload.update;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * SmallBank (Alomari, Cahill, Fekete, Röhm: "The Cost of Serializability on Platforms That Use
 * Snapshot Isolation", ICDE 2008) in its six transactions and BenchBase's weights; every tenth
 * account is taken from a few that many want.
 */
final class SmallBank implements OltpWorkload {
  private static final int ACCOUNTS = 20_000;
  private static final int HOT = 100;

  @Override
  public String label() {
    return "SmallBank";
  }

  @Override
  public String schema() {
    return """
        CREATE TABLE accounts (custid bigint PRIMARY KEY, name varchar(64) NOT NULL);
        CREATE TABLE savings (custid bigint PRIMARY KEY REFERENCES accounts, bal double precision NOT NULL);
        CREATE TABLE checking (custid bigint PRIMARY KEY REFERENCES accounts, bal double precision NOT NULL);
        INSERT INTO accounts SELECT i, 'customer ' || i FROM generate_series(0, 19999) i;
        INSERT INTO savings SELECT i, 10000 + i % 1000 FROM generate_series(0, 19999) i;
        INSERT INTO checking SELECT i, 10000 + i % 1000 FROM generate_series(0, 19999) i;
        ANALYZE;
        """;
  }

  @Override
  public List<String> tables() {
    return List.of("accounts", "savings", "checking");
  }

  @Override
  public void run(Connection connection, int terminal, SplittableRandom random)
      throws SQLException {
    long account = account(random);
    long other = (account + 1 + random.nextInt(HOT - 1)) % ACCOUNTS;
    int percent = random.nextInt(100);
    if (percent < 15) {
      amalgamate(connection, account, other);
    } else if (percent < 30) {
      name(connection, account);
      savings(connection, account);
      checking(connection, account);
    } else if (percent < 45) {
      name(connection, account);
      addToChecking(connection, account, 1.3);
    } else if (percent < 70) {
      sendPayment(connection, account, other);
    } else if (percent < 85) {
      name(connection, account);
      savings(connection, account);
      update(connection, "UPDATE savings SET bal = bal + ? WHERE custid = ?", 20.2, account);
    } else {
      writeCheck(connection, account);
    }
  }

  private static void amalgamate(Connection connection, long from, long to) throws SQLException {
    name(connection, from);
    name(connection, to);
    double total = savings(connection, from) + checking(connection, to);
    update(connection, "UPDATE checking SET bal = 0.0 WHERE custid = ?", from);
    update(connection, "UPDATE savings SET bal = bal - ? WHERE custid = ?", total, to);
  }

  private static void sendPayment(Connection connection, long from, long to) throws SQLException {
    name(connection, from);
    name(connection, to);
    if (checking(connection, from) >= 5) {
      addToChecking(connection, from, -5);
      addToChecking(connection, to, 5);
    }
  }

  private static void writeCheck(Connection connection, long account) throws SQLException {
    name(connection, account);
    boolean covered = savings(connection, account) + checking(connection, account) >= 5;
    addToChecking(connection, account, covered ? -5 : -6);
  }

  private static long account(SplittableRandom random) {
    return random.nextInt(10) == 0 ? random.nextInt(HOT) : random.nextInt(ACCOUNTS);
  }

  private static void name(Connection connection, long account) throws SQLException {
    number(connection, "SELECT length(name) FROM accounts WHERE custid = ?", account);
  }

  private static double savings(Connection connection, long account) throws SQLException {
    return number(connection, "SELECT bal FROM savings WHERE custid = ?", account);
  }

  private static double checking(Connection connection, long account) throws SQLException {
    return number(connection, "SELECT bal FROM checking WHERE custid = ?", account);
  }

  private static void addToChecking(Connection connection, long account, double amount)
      throws SQLException {
    update(connection, "UPDATE checking SET bal = bal + ? WHERE custid = ?", amount, account);
  }
}
