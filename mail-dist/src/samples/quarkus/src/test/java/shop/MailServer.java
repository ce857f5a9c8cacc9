package shop;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import org.postroom.testkit.TestMail;

/** Starts before the application, which is told where it is. */
public class MailServer implements QuarkusTestResourceLifecycleManager {
  private TestMail mail;

  @Override
  public Map<String, String> start() {
    mail = TestMail.start();
    return Map.of(
        "quarkus.mailer.mock", "false",
        "quarkus.mailer.host", mail.smtp().host(),
        "quarkus.mailer.port", Integer.toString(mail.smtp().port()),
        "quarkus.mailer.start-tls", "DISABLED");
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(mail, new TestInjector.MatchesType(TestMail.class));
  }

  @Override
  public void stop() {
    mail.close();
  }
}
