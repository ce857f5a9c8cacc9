package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.postroom.testkit.Mails.to;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.postroom.testkit.MailTest;
import org.postroom.testkit.ReceivedMail;
import org.postroom.testkit.TestMail;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSender;

/** An application that logs in under TLS, as it does where it runs. */
@SpringBootTest(
    properties = {
      "spring.mail.username=shop@example.net",
      "spring.mail.properties.mail.smtp.auth=true",
      "spring.mail.properties.mail.smtp.starttls.required=true"
    })
@MailTest
class SecuredMailTest {
  @Autowired private JavaMailSender sender;

  @Test
  void logsInUnderTls(TestMail mail) {
    SimpleMailMessage message = new SimpleMailMessage();
    message.setFrom("shop@example.net");
    message.setTo("ada@example.org");
    message.setSubject("Your invoice");
    message.setText("Thank you.");
    sender.send(message);

    ReceivedMail received = mail.awaitOne(to("ada@example.org"));
    assertTrue(received.isSecured());
    assertEquals(Optional.of("shop@example.net"), received.login());
  }
}
