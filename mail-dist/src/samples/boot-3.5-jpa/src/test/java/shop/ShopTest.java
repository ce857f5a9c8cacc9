package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.postroom.testkit.Mails.to;

import java.sql.Connection;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postroom.testkit.MailTest;
import org.postroom.testkit.TestMail;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSender;

/** The application's own H2, Flyway and Netty, of its own versions, beside ours. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@MailTest
class ShopTest {
  @Autowired private DataSource database;
  @Autowired private Customers customers;
  @Autowired private JavaMailSender sender;

  @Test
  void writesToACustomer(TestMail mail) {
    customers.save(new Customer(1L, "ada@example.org"));
    SimpleMailMessage message = new SimpleMailMessage();
    message.setFrom("shop@example.net");
    message.setTo(customers.findAll().get(0).mail());
    message.setSubject("Your invoice");
    message.setText("Thank you.");
    sender.send(message);

    assertEquals("Your invoice", mail.awaitOne(to("ada@example.org")).subject());
  }

  @Test
  void hasItsOwnMigrationsOnly() throws Exception {
    List<String> scripts = new ArrayList<>();
    try (Connection connection = database.getConnection();
        ResultSet rows =
            connection
                .createStatement()
                .executeQuery("SELECT \"script\" FROM \"flyway_schema_history\" WHERE \"type\" = 'SQL'")) {
      while (rows.next()) {
        scripts.add(rows.getString(1));
      }
    }
    assertEquals(List.of("V1__customers.sql"), scripts);
  }

  @Test
  void hasItsOwnServer() {
    assertTrue(io.netty.util.Version.identify().containsKey("netty-common"));
  }
}
