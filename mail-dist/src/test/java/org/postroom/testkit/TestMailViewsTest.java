package org.postroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.testkit.Mails.to;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What a test sees of the mail is its own, whatever other tests begin or forget. */
final class TestMailViewsTest {

  @Test
  void aViewBeginsWhereItWasMadeAndForgetsForItselfAlone() throws MessagingException {
    try (TestMail one = TestMail.start()) {
      send(one, "first@example.org");
      one.awaitOne(to("first@example.org"));

      TestMail two = one.view();
      assertThat(two.received()).isEmpty();
      assertThat(one.received()).hasSize(1);
      send(two, "second@example.org");
      assertThat(two.awaitOne(to("second@example.org"))).isEqualTo(one.received().get(1));
      two.forget();

      assertThat(two.received()).isEmpty();
      assertThat(one.received()).hasSize(2);
      assertThat(one.awaitOne(to("first@example.org")).recipients()).hasSize(1);
    }
  }

  /** The tests of a class, one after the other. */
  @MailTest
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  @Nested
  final class OneAfterTheOtherTest {
    private final TestMail ofConstructor;

    OneAfterTheOtherTest(TestMail mail) {
      ofConstructor = mail;
    }

    @Test
    @Order(1)
    void sends(TestMail mail) throws MessagingException {
      send(mail, "one@example.org");

      assertThat(mail.awaitOne(Mails.any())).isEqualTo(ofConstructor.received().get(0));
    }

    @Test
    @Order(2)
    void doesNotSeeWhatTheOneBeforeSent(TestMail mail) {
      assertThat(mail.received()).isEmpty();
      assertThat(ofConstructor.received()).isEmpty();
    }
  }

  private static void send(TestMail mail, String recipient) throws MessagingException {
    Properties properties = new Properties();
    properties.put("mail.smtp.host", mail.smtp().host());
    properties.put("mail.smtp.port", Integer.toString(mail.smtp().port()));
    MimeMessage message = new MimeMessage(Session.getInstance(properties));
    message.setFrom("shop@example.net");
    message.setRecipient(Message.RecipientType.TO, new InternetAddress(recipient));
    message.setText("x");
    Transport.send(message);
  }
}
