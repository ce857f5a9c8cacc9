package org.postroom.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
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

  /** Nothing is started before the context begins to be: one that never does closes nothing. */
  @Override
  public void customizeContext(
      ConfigurableApplicationContext context, MergedContextConfiguration merged) {
    context.addBeanFactoryPostProcessor(new Start(values, context));
  }

  /** Comes first of all that happens to the beans; what fails behind it has the beans destroyed. */
  private record Start(MailTest values, ConfigurableApplicationContext context)
      implements BeanDefinitionRegistryPostProcessor {

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
      MailSetup setup = MailExtension.setup(values);
      Wishes wishes = Wishes.of(context.getEnvironment(), setup);
      TestMail mail = setup.start();
      try {
        ConfigurableListableBeanFactory beans = context.getBeanFactory();
        beans.registerSingleton(BEAN, mail);
        if (beans instanceof DefaultSingletonBeanRegistry singletons) {
          // The first of all is destroyed last: beans may send mail at their end.
          singletons.registerDisposableBean(BEAN, mail::close);
        }
        context
            .getEnvironment()
            .getPropertySources()
            .addFirst(new MapPropertySource("mail server of the test", wishes.answers(mail)));
      } catch (RuntimeException | Error e) {
        mail.close();
        throw e;
      }
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {}
  }

  /**
   * How the application would send.
   *
   * @param user who it is, where it logs in
   * @param password his, here
   */
  private record Wishes(
      boolean tlsAtOnce, boolean tls, boolean logsIn, String user, String password) {

    static Wishes of(Environment application, MailSetup setup) {
      boolean tlsAtOnce =
          says(application, MAIL + "ssl.enabled", SMTP + "ssl.enable")
              || text(application, MAIL + "protocol").equals("smtps");
      boolean tls =
          tlsAtOnce || says(application, SMTP + "starttls.enable", SMTP + "starttls.required");
      boolean logsIn =
          says(application, SMTP + "auth") || application.containsProperty(MAIL + "username");
      String user = user(text(application, MAIL + "username"), setup);
      return new Wishes(
          tlsAtOnce, tls, logsIn, user, setup.accounts.getOrDefault(user, TestMail.PASSWORD));
    }

    /** Where the server is, and what it takes to be let in. */
    Map<String, Object> answers(TestMail mail) {
      TestMail.Endpoint at =
          tlsAtOnce ? mail.submissions() : tls || logsIn ? mail.submission() : mail.smtp();
      Map<String, Object> all = new LinkedHashMap<>();
      all.put(MAIL + "host", at.host());
      all.put(MAIL + "port", at.port());
      if (logsIn) {
        all.put(MAIL + "username", user);
        all.put(MAIL + "password", password);
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
      return Stream.of(names).anyMatch(name -> "true".equalsIgnoreCase(text(application, name)));
    }

    /**
     * What it says; empty where it says nothing, or by a variable ({@code ${MAIL_USERNAME}}) that
     * only the machine has on which it is in earnest.
     */
    private static String text(Environment application, String name) {
      try {
        return application.getProperty(name, "");
      } catch (IllegalArgumentException e) {
        return "";
      }
    }

    /** Who it says it is, where that is somebody; of a server with few people one of these. */
    private static String user(String own, MailSetup setup) {
      boolean isHere = !setup.isStrict && !own.isBlank() || setup.accounts.containsKey(own);
      return isHere ? own : setup.accounts.keySet().stream().findFirst().orElse(APPLICATION);
    }
  }
}
