package org.postroom.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.testkit.Mails.to;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.postroom.testkit.MailTest;
import org.postroom.testkit.ReceivedMail;
import org.postroom.testkit.TestMail;

@MailTest
final class InvoiceMailTest {

  @Test
  void sendsInvoiceToCustomer(TestMail mail) {
    Shop shop = new Shop(mail.smtp().host(), mail.smtp().port());

    shop.sendInvoice("ada@example.org");

    ReceivedMail invoice = mail.awaitOne(to("ada@example.org"));
    assertThat(invoice.subject()).isEqualTo("Your invoice");
  }

  /** The application that is tested. */
  private static final class Shop {
    private final Properties properties = new Properties();

    Shop(String host, int port) {
      properties.put("mail.smtp.host", host);
      properties.put("mail.smtp.port", Integer.toString(port));
    }

    void sendInvoice(String customer) {
      try {
        MimeMessage message = new MimeMessage(Session.getInstance(properties));
        message.setFrom("shop@example.net");
        message.setRecipient(Message.RecipientType.TO, new InternetAddress(customer));
        message.setSubject("Your invoice");
        message.setText("Thank you.");
        Transport.send(message);
      } catch (MessagingException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
