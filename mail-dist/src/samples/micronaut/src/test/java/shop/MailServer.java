package shop;

import io.micronaut.test.support.TestPropertyProvider;
import java.util.Map;
import org.postroom.testkit.TestMail;

/** Starts before the application, which is told where it is. */
interface MailServer extends TestPropertyProvider {
  TestMail MAIL = TestMail.start();

  @Override
  default Map<String, String> getProperties() {
    return Map.of(
        "javamail.properties.mail.smtp.host", MAIL.smtp().host(),
        "javamail.properties.mail.smtp.port", Integer.toString(MAIL.smtp().port()),
        "javamail.properties.mail.transport.protocol", "smtp");
  }
}
