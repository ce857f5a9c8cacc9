package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.InetAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ThreadLocalRandom;
import org.postroom.core.mail.Envelope;
import org.postroom.dist.submit.Outbox;
import org.postroom.storage.Storage;

/**
 * A shop with a server in it: takes orders, each in a transaction of its own together with the mail
 * that confirms it, until it is killed. Some transactions it rolls back, and some mails it writes
 * twice. Says each order that it has taken.
 */
final class ShopProcess {
  static final String ADA = "ada@example.org";
  private static final int TILLS = 4;
  private static final int LONG = 300_000;

  private final String url;
  private final Outbox outbox;

  private ShopProcess(String url, Outbox outbox) {
    this.url = url;
    this.outbox = outbox;
  }

  /** The server, which is the same for who looks at what the shop has left. */
  static MailServer server(String url) {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.postgres(url, "postgres", "").inSchema("mail"))
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .account(ADA, "correct horse")
        .start();
  }

  /** The text of an order's mail. */
  static String text(long order) {
    StringBuilder text = new StringBuilder("Subject: order " + order + "\r\n\r\n");
    while (order % 10 == 0 && text.length() < LONG) {
      text.append("This is what a line of order ").append(order).append(" says.\r\n");
    }
    return text.append("Thank you.\r\n").toString();
  }

  /** Takes the database's URL. */
  public static void main(String[] words) {
    MailServer server = server(words[0]);
    ShopProcess shop = new ShopProcess(words[0], server.outbox());
    for (int i = 0; i < TILLS; i++) {
      new Thread(shop::sell).start();
    }
  }

  private void sell() {
    try (Connection connection = DriverManager.getConnection(url, "postgres", "")) {
      connection.setAutoCommit(false);
      while (true) {
        sell(connection);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void sell(Connection connection) throws SQLException {
    long order;
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("INSERT INTO shop_order DEFAULT VALUES RETURNING id")) {
      rows.next();
      order = rows.getLong(1);
    }
    byte[] mail = text(order).getBytes(US_ASCII);
    Envelope envelope = Envelope.parse("shop@example.org", ADA);
    Outbox.Enqueued first = outbox.enqueue(connection, "order-" + order, envelope, mail);
    int chance = ThreadLocalRandom.current().nextInt(10);
    if (chance == 0 && first == Outbox.Enqueued.WRITTEN) {
      first = outbox.enqueue(connection, "order-" + order, envelope, mail);
    }
    if (chance < 3 && chance > 0) {
      connection.rollback();
    } else {
      connection.commit();
      System.out.println("order " + order);
    }
  }
}
