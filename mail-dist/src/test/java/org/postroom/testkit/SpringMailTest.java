package org.postroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.testkit.Mails.any;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.postroom.dist.assembly.StartedServer;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** Applications of Spring find the mail server of their tests, and are told how to get in. */
@Tag("seconds")
final class SpringMailTest {

  @Configuration
  static class Application {
    /** What an application that sends mail has. */
    record Sender(String host, int port) {
      void send(String recipient) throws IOException {
        try (Lines client = new Lines(port)) {
          client.say("EHLO application.example");
          client.say("MAIL FROM:<shop@example.net>");
          client.say("RCPT TO:<" + recipient + ">");
          client.say("DATA");
          client.say("Subject: hello\r\n\r\nhello\r\n.");
        }
      }
    }

    @Bean
    Sender sender(Environment settings) {
      return new Sender(
          settings.getProperty("spring.mail.host"),
          settings.getProperty("spring.mail.port", Integer.class));
    }
  }

  @MailTest
  @Execution(ExecutionMode.SAME_THREAD) // they share a context, and its server
  @ExtendWith(SpringExtension.class)
  @ContextConfiguration(classes = Application.class)
  @TestPropertySource(properties = "spring.mail.port=25")
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  @Nested
  final class OfAnApplicationTest {
    @Autowired Application.Sender application;
    @Autowired TestMail server;
    TestMail field;

    @Test
    @Order(1)
    void hasItsMail(TestMail mail) throws IOException {
      application.send("ada@example.org");

      assertThat(mail.awaitOne(any()).recipients()).containsExactly("ada@example.org");
      assertThat(field.received()).hasSize(1);
      assertThat(server.received()).hasSize(1);
      assertThat(application.port()).isEqualTo(mail.smtp().port());
    }

    @Test
    @Order(2)
    void seesNothingOfTheTestBefore(TestMail mail) throws IOException {
      assertThat(server.received()).isEmpty();
      assertThat(mail.received()).isEmpty();
    }
  }

  /** Where tests do not run beside each other, messages are gone as well, and not only unseen. */
  @MailTest
  @Tag("process") // those are run in turn
  @ExtendWith(SpringExtension.class)
  @ContextConfiguration(classes = Application.class)
  @TestPropertySource(properties = "spring.mail.port=26")
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  @Nested
  final class AloneTest {
    @Autowired Application.Sender application;

    @Test
    @Order(1)
    void hasItsMail(TestMail mail) throws IOException {
      application.send("ada@example.org");

      assertThat(mail.awaitOne(any()).recipients()).containsExactly("ada@example.org");
    }

    @Test
    @Order(2)
    void hasNothingOfTheTestBefore(TestMail mail) {
      assertThat(
              mail.server()
                  .unwrap(StartedServer.class)
                  .mail()
                  .list(mail.server().unwrap(StartedServer.class).accounts().list().get(0).id()))
          .allSatisfy(mailbox -> assertThat(mailbox.messages()).isZero());
    }
  }

  @MailTest
  @Execution(ExecutionMode.SAME_THREAD) // they share a context, and its server
  @ExtendWith(SpringExtension.class)
  @ContextConfiguration(classes = Application.class)
  @TestPropertySource(properties = "spring.mail.port=25")
  @Nested
  final class OfTheSameApplicationTest {
    @Autowired Application.Sender application;

    @Test
    void hasTheServerThatItKnows(TestMail mail) throws IOException {
      application.send("bob@example.org");

      assertThat(mail.awaitOne(any()).recipients()).containsExactly("bob@example.org");
    }
  }

  @Test
  void sendsInClearWhereItDoesNotSayOtherwise() {
    assertThat(told(Map.of(), Anybody.class))
        .containsOnlyKeys("spring.mail.host", "spring.mail.port");
  }

  @Test
  void logsInAsItself() {
    Map<String, Object> told =
        told(
            Map.of(
                "spring.mail.username", "apikey",
                "spring.mail.password", "of the real server",
                "spring.mail.properties.mail.smtp.auth", "true"),
            Anybody.class);

    assertThat(told)
        .containsEntry("spring.mail.username", "apikey")
        .containsEntry("spring.mail.password", TestMail.PASSWORD)
        .containsEntry("spring.mail.properties.mail.smtp.starttls.enable", true)
        .containsEntry("spring.mail.ssl.bundle", "postroom-test-mail");
    assertThat(told.get("spring.ssl.bundle.pem.postroom-test-mail.truststore.certificate"))
        .asString()
        .startsWith("-----BEGIN CERTIFICATE-----");
  }

  @Test
  void isOneOfThoseWhoAreHere() {
    Map<String, String> application = Map.of("spring.mail.username", "apikey");
    assertThat(told(application, Ada.class))
        .containsEntry("spring.mail.username", "ada@example.org")
        .containsEntry("spring.mail.password", "pw");
  }

  @Test
  void speaksTlsAsItDoesElsewhere() {
    Map<String, Object> atOnce =
        told(Map.of("spring.mail.properties.mail.smtp.ssl.enable", "true"), Anybody.class);
    Map<String, Object> later =
        told(Map.of("spring.mail.properties.mail.smtp.starttls.required", "true"), Anybody.class);

    assertThat(atOnce)
        .containsKeys("spring.mail.ssl.bundle")
        .doesNotContainKey("spring.mail.username");
    assertThat(later)
        .containsKeys("spring.mail.ssl.bundle")
        .doesNotContainKey("spring.mail.username");
  }

  @Test
  void theServerEndsWithTheApplication() throws IOException {
    GenericApplicationContext context = new GenericApplicationContext();
    customize(context, Anybody.class);
    context.refresh();
    int port = context.getEnvironment().getProperty("spring.mail.port", Integer.class);
    new Socket(InetAddress.getLoopbackAddress(), port).close();

    context.close();

    assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
        .isInstanceOf(ConnectException.class);
  }

  private static void customize(GenericApplicationContext context, Class<?> values) {
    new SpringMail(values.getAnnotation(MailTest.class))
        .customizeContext(context, new MergedContextConfiguration(null, null, null, null, null));
  }

  /** {@code spring.mail.username=${MAIL_USERNAME}} is how applications get their secrets. */
  @Test
  void whatOnlyItsMachineSaysIsNoMatter() {
    assertThat(
            told(
                Map.of(
                    "spring.mail.username", "${NO_SUCH_MAIL_USERNAME}",
                    "spring.mail.protocol", "${NO_SUCH_MAIL_PROTOCOL}"),
                Anybody.class))
        .containsEntry("spring.mail.username", "application@mail.test")
        .containsEntry("spring.mail.password", TestMail.PASSWORD);
  }

  @Test
  void theServerEndsWithAnApplicationThatDoesNotStart() {
    GenericApplicationContext context = new GenericApplicationContext();
    customize(context, Anybody.class);
    AtomicInteger port = new AtomicInteger();
    context.registerBean(
        "broken",
        Object.class,
        () -> {
          port.set(context.getEnvironment().getProperty("spring.mail.port", Integer.class));
          throw new IllegalStateException("it does not start");
        });

    assertThatThrownBy(context::refresh).hasStackTraceContaining("it does not start");

    assertThat(port.get()).isPositive();
    assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port.get()).close())
        .isInstanceOf(ConnectException.class);
  }

  /** Nobody would close it: what customizes the context after us may fail. */
  @Test
  void nothingRunsBeforeTheApplicationDoes() {
    try (GenericApplicationContext context = new GenericApplicationContext()) {
      customize(context, Anybody.class);

      assertThat(context.getEnvironment().containsProperty("spring.mail.port")).isFalse();
    }
  }

  @Test
  void aServerForEachMethodIsRefused() {
    assertThatThrownBy(
            () -> new SpringMailFactory().createContextCustomizer(EachMethod.class, List.of()))
        .hasMessageContaining("without perMethod");
  }

  @Test
  void contextsOfOtherTestsAreLeftAlone() {
    assertThat(new SpringMailFactory().createContextCustomizer(String.class, List.of())).isNull();
  }

  /** What a context is told whose application has these settings. */
  private static Map<String, Object> told(Map<String, String> application, Class<?> values) {
    try (GenericApplicationContext context = new GenericApplicationContext()) {
      context
          .getEnvironment()
          .getPropertySources()
          .addLast(new MapPropertySource("application", Map.copyOf(application)));
      customize(context, values);
      context.refresh();
      return ((MapPropertySource) context.getEnvironment().getPropertySources().iterator().next())
          .getSource();
    }
  }

  @MailTest
  private static final class Anybody {}

  @MailTest(accounts = "ada@example.org:pw", strict = true)
  private static final class Ada {}

  @MailTest(perMethod = true)
  private static final class EachMethod {}
}
