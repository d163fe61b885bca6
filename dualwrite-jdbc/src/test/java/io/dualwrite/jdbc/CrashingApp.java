package io.dualwrite.jdbc;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.delivery.DeliveryProbe.Point;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * An application that halts, without any tidying up, when delivery passes a given point for the nth
 * time. Prints each transaction that it was told is committed.
 */
final class CrashingApp {
  private CrashingApp() {}

  public static void main(String[] args) throws Exception {
    Point point = Point.valueOf(args[2]);
    AtomicInteger left = new AtomicInteger(Integer.parseInt(args[3]));
    DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(PatientConfig.builder().failurePolicy(FailurePolicy.valueOf(args[4])).build())
            .source(dataSource(args[0]))
            .target(dataSource(args[1]))
            .probe(
                passed -> {
                  if (passed == point && left.decrementAndGet() == 0) {
                    Runtime.getRuntime().halt(9);
                  }
                })
            .build();
    while (ds.migration().delivery().lane("public.account").isEmpty()) {
      Thread.onSpinWait();
    }
    for (int i = 1; i <= 10_000; i++) {
      try (Connection c = ds.getConnection()) {
        c.setAutoCommit(false);
        try (PreparedStatement insert =
                c.prepareStatement("INSERT INTO account (id, n) VALUES (?, 0)");
            PreparedStatement update =
                c.prepareStatement("UPDATE account SET n = n + 1 WHERE id % 7 = ?");
            Statement delete = c.createStatement()) {
          insert.setInt(1, i);
          insert.executeUpdate();
          update.setInt(1, i % 7);
          update.executeUpdate();
          delete.executeUpdate("DELETE FROM account WHERE id = " + (i - 20));
        }
        c.commit();
        System.out.println("committed " + i);
        System.out.flush();
      }
    }
  }

  private static DataSource dataSource(String url) {
    PGSimpleDataSource ds = new PGSimpleDataSource();
    ds.setUrl(url);
    return ds;
  }
}
