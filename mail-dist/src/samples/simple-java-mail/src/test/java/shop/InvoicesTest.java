package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.postroom.testkit.Mails.to;

import org.junit.jupiter.api.Test;
import org.postroom.testkit.MailTest;
import org.postroom.testkit.ReceivedMail;
import org.postroom.testkit.TestMail;
import org.simplejavamail.api.email.Email;
import org.simplejavamail.api.mailer.config.TransportStrategy;
import org.simplejavamail.email.EmailBuilder;
import org.simplejavamail.mailer.MailerBuilder;

@MailTest
class InvoicesTest {

  @Test
  void sendsAnInvoice(TestMail mail) {
    MailerBuilder.withSMTPServer(mail.smtp().host(), mail.smtp().port())
        .buildMailer()
        .sendMail(invoice());

    ReceivedMail received = mail.awaitOne(to("ada@example.org"));
    assertEquals("Your invoice", received.subject());
    assertEquals("Rechnung.pdf", received.attachments().get(0).name());
  }

  @Test
  void logsInUnderTls(TestMail mail) {
    MailerBuilder.withSMTPServer(
            mail.submission().host(), mail.submission().port(), "shop@example.net", "secret")
        .withTransportStrategy(TransportStrategy.SMTP_TLS)
        .withCustomSSLFactoryInstance(mail.sslContext().getSocketFactory())
        .buildMailer()
        .sendMail(invoice());

    ReceivedMail received = mail.awaitOne(to("ada@example.org"));
    assertTrue(received.isSecured());
    assertEquals("shop@example.net", received.login().orElseThrow());
  }

  private static Email invoice() {
    return EmailBuilder.startingBlank()
        .from("shop@example.net")
        .to("ada@example.org")
        .withSubject("Your invoice")
        .withPlainText("Thank you.")
        .withAttachment("Rechnung.pdf", "%PDF-1.4".getBytes(), "application/pdf")
        .buildEmail();
  }
}
