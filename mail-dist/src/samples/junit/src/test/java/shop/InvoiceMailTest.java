package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.postroom.testkit.Mails.to;

import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.postroom.testkit.MailTest;
import org.postroom.testkit.TestMail;

@MailTest
class InvoiceMailTest {

  @Test
  void sendsAnInvoice(TestMail mail) throws Exception {
    Properties properties = new Properties();
    properties.put("mail.smtp.host", mail.smtp().host());
    properties.put("mail.smtp.port", Integer.toString(mail.smtp().port()));
    MimeMessage message = new MimeMessage(Session.getInstance(properties));
    message.setFrom("shop@example.net");
    message.setRecipient(Message.RecipientType.TO, new InternetAddress("ada@example.org"));
    message.setSubject("Your invoice");
    message.setText("Thank you.");
    Transport.send(message);

    assertEquals("Your invoice", mail.awaitOne(to("ada@example.org")).subject());
  }

  @Test
  void readsByImapWithTls(TestMail mail) throws Exception {
    Properties properties = new Properties();
    properties.put("mail.imaps.host", mail.imaps().host());
    properties.put("mail.imaps.port", Integer.toString(mail.imaps().port()));
    properties.put("mail.imaps.ssl.socketFactory", mail.sslContext().getSocketFactory());
    try (Store store = Session.getInstance(properties).getStore("imaps")) {
      store.connect("eve@example.org", TestMail.PASSWORD);

      assertEquals(0, store.getFolder("INBOX").getMessageCount());
    }
  }
}
