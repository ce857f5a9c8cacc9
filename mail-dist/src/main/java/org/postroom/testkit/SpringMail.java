package org.postroom.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * The mail server of an application context: started before anything else of it, so that its {@code
 * spring.mail.*} say where it is, and closed when all beans are. Contexts whose tests have the same
 * values are one for Spring, and have one server.
 *
 * <p>The application sends as its own settings have it. In clear, without logging in, where they do
 * not say otherwise; where it is to log in, or to speak TLS, it gets a name, the password, and an
 * authority to trust.
 *
 * @param values how the server is to be
 */
record SpringMail(MailTest values) implements ContextCustomizer {
  private static final String BEAN = "org.postroom.testkit.mail";
  private static final String MAIL = "spring.mail.";
  private static final String SMTP = MAIL + "properties.mail.smtp.";
  private static final String BUNDLE = "postroom-test-mail";

  /** Who the application is where it does not say. */
  private static final String APPLICATION = "application@mail.test";

  SpringMail {
    if (values.perMethod()) {
      throw new IllegalArgumentException(
          "with Spring a mail server lives as long as the application: @MailTest without perMethod");
    }
  }

  @Override
  public void customizeContext(
      ConfigurableApplicationContext context, MergedContextConfiguration merged) {
    MailSetup setup = MailExtension.setup(values);
    TestMail mail = setup.start();
    ConfigurableListableBeanFactory beans = context.getBeanFactory();
    beans.registerSingleton(BEAN, mail);
    if (beans instanceof DefaultSingletonBeanRegistry registry) {
      // The first of all is destroyed last: beans may send mail at their end.
      registry.registerDisposableBean(BEAN, mail::close);
    }
    context
        .getEnvironment()
        .getPropertySources()
        .addFirst(
            new MapPropertySource(
                "mail server of the test", properties(context.getEnvironment(), setup, mail)));
  }

  /** Where the server is, and what it takes to be let in. */
  private static Map<String, Object> properties(
      Environment application, MailSetup setup, TestMail mail) {
    boolean tlsAtOnce =
        says(application, MAIL + "ssl.enabled", SMTP + "ssl.enable")
            || "smtps".equals(application.getProperty(MAIL + "protocol"));
    boolean tls =
        tlsAtOnce || says(application, SMTP + "starttls.enable", SMTP + "starttls.required");
    boolean logsIn =
        says(application, SMTP + "auth") || application.containsProperty(MAIL + "username");
    TestMail.Endpoint at =
        tlsAtOnce ? mail.submissions() : tls || logsIn ? mail.submission() : mail.smtp();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put(MAIL + "host", at.host());
    all.put(MAIL + "port", at.port());
    if (logsIn) {
      String user = user(application, setup);
      all.put(MAIL + "username", user);
      all.put(MAIL + "password", setup.accounts.getOrDefault(user, TestMail.PASSWORD));
      // Nobody is asked for a password in clear.
      all.put(SMTP + "starttls.enable", !tlsAtOnce);
    }
    if (tls || logsIn) {
      all.put(MAIL + "ssl.bundle", BUNDLE);
      all.put("spring.ssl.bundle.pem." + BUNDLE + ".truststore.certificate", mail.authority());
    }
    return all;
  }

  private static boolean says(Environment application, String... names) {
    return Stream.of(names)
        .anyMatch(name -> "true".equalsIgnoreCase(application.getProperty(name)));
  }

  /** Who it says it is, where that is somebody; of a server with few people one of these. */
  private static String user(Environment application, MailSetup setup) {
    String own = application.getProperty(MAIL + "username", "");
    boolean isHere = !setup.isStrict && !own.isBlank() || setup.accounts.containsKey(own);
    return isHere ? own : setup.accounts.keySet().stream().findFirst().orElse(APPLICATION);
  }
}
