package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.Transport;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.mail.Envelope;
import org.postroom.core.part.DryRun;
import org.postroom.core.people.AccountSource;
import org.postroom.core.testing.Until;
import org.postroom.smtp.subetha.SubEtha;
import org.postroom.storage.Storage;
import org.subethamail.smtp.AuthenticationHandler;
import org.subethamail.smtp.AuthenticationHandlerFactory;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.TooMuchDataException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.auth.PlainAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.UsernamePasswordValidator;
import org.subethamail.smtp.helper.BasicMessageListener;
import org.subethamail.smtp.helper.SimpleMessageListener;
import org.subethamail.smtp.helper.SmarterMessageListener;

/** What was written for SubEtha runs here, and is called as it is there. */
@Tag("seconds")
final class SubEthaBridgeTest {
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<String> relayed = new CopyOnWriteArrayList<>();
  private MailServer server;
  private SubEtha handlers;
  private String restrictions = "subetha_recipient";

  private void start(SubEtha subEtha) {
    start(subEtha, null);
  }

  private void start(SubEtha subEtha, AccountSource accounts) {
    handlers = subEtha;
    ServerBuilder builder =
        MailServer.builder()
            .hostname("mail.example.org")
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0)
            .resolver(ZoneResolver.of())
            .set("auth_failure_delay", "0s")
            .set("smtpd_tls_auth_only", "no")
            .set("smtpd_sasl_auth_enable", "yes")
            .set("disable_plaintext_auth", "no")
            .restriction("subetha_recipient", subEtha.recipients())
            .restriction("subetha_content", subEtha.content())
            .filter("subetha", subEtha.filter())
            .transport("relay", this::relay)
            .set("mydestination", "")
            .set("relay_domains", "static:all")
            .set("smtpd_recipient_restrictions", restrictions)
            .set("smtpd_end_of_data_restrictions", "subetha_content");
    if (accounts != null) {
      builder.accounts("subetha", accounts);
    }
    server = builder.start();
  }

  /** The way on that there is not, and who was to go it. */
  private CompletionStage<List<Transport.Report>> relay(QueuedMail mail, String nextHop) {
    mail.recipients().forEach(one -> relayed.add(one.recipient().address().toString()));
    return SubEtha.NOWHERE.deliver(mail, nextHop);
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
      handlers.close();
    }
  }

  /** Notes what it is called with, and rejects what the words in it say. */
  private final class Handler implements MessageHandler {
    Handler(MessageContext context) {
      calls.add("create for " + context.getHelo().orElse("nobody"));
    }

    @Override
    public void from(String from) throws RejectException {
      calls.add("from " + from);
      reject(from);
    }

    @Override
    public void recipient(String recipient) throws RejectException {
      calls.add("recipient " + recipient);
      reject(recipient);
    }

    @Override
    public String data(InputStream data) throws RejectException, IOException {
      String text = new String(data.readAllBytes(), UTF_8);
      calls.add("data " + text.substring(text.indexOf("\r\n\r\n") + 4).strip());
      reject(text);
      return "ignored";
    }

    @Override
    public void done() {
      calls.add("done");
    }

    private static void reject(String text) throws RejectException {
      if (text.contains("full")) {
        throw new RejectException(452, "4.2.2 no room here");
      } else if (text.contains("never")) {
        throw new RejectException(553, "not for you");
      } else if (text.contains("odd")) {
        throw new RejectException(250, "yes and no");
      }
    }
  }

  private SmtpDialogue dialogue() throws Exception {
    SmtpDialogue dialogue = SmtpDialogue.open(server.address(Role.MX));
    return dialogue;
  }

  @Test
  void aHandlerIsCalledForEachMailInTurn() throws Exception {
    start(SubEtha.of(Handler::new));

    try (SmtpDialogue client = dialogue()) {
      for (int i = 0; i < 2; i++) {
        assertThat(client.say("MAIL FROM:<a@far.example>")).startsWith("250 ");
        assertThat(client.say("RCPT TO:<ada@example.org>")).startsWith("250 ");
        assertThat(client.say("RCPT TO:<bob@example.com>")).startsWith("250 ");
        assertThat(client.say("DATA")).startsWith("354 ");
        assertThat(client.content(out -> out.write("Subject: s\r\n\r\nhello\r\n".getBytes(UTF_8))))
            .startsWith("250 ");
      }
    }

    List<String> once = calls.subList(0, calls.size() / 2);
    assertThat(once.get(0)).startsWith("create for ");
    assertThat(once.subList(1, once.size()))
        .containsExactly(
            "from a@far.example",
            "recipient ada@example.org",
            "recipient bob@example.com",
            "data hello",
            "done");
    assertThat(calls.subList(once.size(), calls.size())).isEqualTo(once);
    assertThat(server.inside().queue().size()).isZero();
    assertThat(server.inside().accounts().list()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "full@x.example, ada@example.org, hello, 452 4.2.2, no room here",
    "a@x.example, never@example.org, hello, 553 5.0.0, not for you",
    "a@x.example, odd@example.org, hello, 554 5.0.0, yes and no",
  })
  void whatARecipientIsRejectedWithIsHeard(
      String from, String to, String text, String code, String words) throws Exception {
    start(SubEtha.of(Handler::new));

    try (SmtpDialogue client = dialogue()) {
      client.say("MAIL FROM:<" + from + ">");
      assertThat(client.say("RCPT TO:<" + to + ">")).startsWith(code).contains(words);
      assertThat(client.say("RCPT TO:<bob@example.org>"))
          .startsWith(from.startsWith("full") ? "452 4.2.2" : "250 ");
    }
  }

  /** What it was not asked about, or heard of in vain, is no mail of its. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "check_recipient_access inline:{ada@example.org=OK}, subetha_recipient",
        "subetha_recipient, check_recipient_access inline:{bob@example.org=REJECT}"
      })
  void aMailForOthersThanItsHandlerHasTakenIsRefused(String other) throws Exception {
    restrictions = other;
    start(SubEtha.of(Handler::new));

    try (SmtpDialogue client = dialogue()) {
      client.say("MAIL FROM:<a@x.example>");
      assertThat(client.say("RCPT TO:<ada@example.org>")).startsWith("250 ");
      client.say("RCPT TO:<bob@example.org>");
      client.say("DATA");
      assertThat(client.content(out -> out.write("Subject: s\r\n\r\nhello\r\n".getBytes(UTF_8))))
          .startsWith("451 ");
    }
    assertThat(calls).doesNotContain("data hello").endsWith("done");
    assertThat(server.inside().queue().size()).isZero();
  }

  /** What a handler leaves unread is no command. */
  @Test
  void whatContentIsRejectedWithIsHeard() throws Exception {
    start(SubEtha.of(Handler::new));

    try (SmtpDialogue client = dialogue()) {
      client.say("MAIL FROM:<a@x.example>");
      client.say("RCPT TO:<ada@example.org>");
      client.say("DATA");
      assertThat(
              client.content(
                  out -> out.write("Subject: s\r\n\r\nfull\r\nRSET\r\nQUIT\r\n".getBytes(UTF_8))))
          .startsWith("452 4.2.2")
          .contains("no room here");
      assertThat(client.say("NOOP")).startsWith("250 ");
    }
    assertThat(calls).endsWith("done");
  }

  @Test
  void tooMuchIsTooMuch() throws Exception {
    start(
        SubEtha.of(
            new SimpleMessageListener() {
              @Override
              public boolean accept(String from, String recipient) {
                return true;
              }

              @Override
              public void deliver(String from, String recipient, InputStream data)
                  throws TooMuchDataException {
                throw new TooMuchDataException();
              }
            }));

    assertThat(send("ada@example.org")).startsWith("552 5.3.4");
  }

  @Test
  void simpleListenersHearOfEachRecipient() throws Exception {
    start(
        SubEtha.of(
            new SimpleMessageListener() {
              @Override
              public boolean accept(String from, String recipient) {
                return !recipient.startsWith("never");
              }

              @Override
              public void deliver(String from, String recipient, InputStream data)
                  throws IOException {
                calls.add(recipient + ": " + data.readAllBytes().length);
              }
            }));

    assertThat(send("ada@example.org")).startsWith("250 ");
    assertThat(send("never@example.org")).startsWith("5");
    assertThat(calls).hasSize(1);
    assertThat(calls.get(0)).startsWith("ada@example.org: ");
  }

  @Test
  void smarterListenersHaveReceivers() throws Exception {
    SmarterMessageListener listener =
        (from, recipient) ->
            new SmarterMessageListener.Receiver() {
              @Override
              public void deliver(InputStream data) {
                calls.add("deliver to " + recipient);
              }

              @Override
              public void done() {
                calls.add("done with " + recipient);
              }
            };
    start(SubEtha.of(listener));

    assertThat(send("ada@example.org")).startsWith("250 ");
    assertThat(calls).containsExactly("deliver to ada@example.org", "done with ada@example.org");
  }

  @Test
  void basicListenersGetMessagesWhole() throws Exception {
    BasicMessageListener listener =
        (context, from, to, data) -> calls.add(from + " to " + to + ": " + new String(data, UTF_8));
    start(SubEtha.of(listener));

    assertThat(send("ada@example.org")).startsWith("250 ");
    assertThat(calls)
        .singleElement()
        .asString()
        .contains("a@x.example to ada@example.org", "hello");
  }

  @Test
  void clientsThatGiveUpLeaveNothingOpen() throws Exception {
    start(SubEtha.of(Handler::new));
    try (SmtpDialogue client = dialogue()) {
      client.say("MAIL FROM:<a@x.example>");
      client.say("RCPT TO:<ada@example.org>");
      client.say("RSET");
    }
    assertThat(calls).doesNotContain("done");

    handlers.close();

    assertThat(calls).endsWith("done");
  }

  /**
   * Mail that did not come by SMTP was not for handlers, and is not sent on either: it fails for
   * good at the one way that there is, and so does the report on it.
   */
  @Test
  void theApplicationsOwnMailGoesNowhere() {
    start(SubEtha.of(Handler::new));

    server
        .submit(
            Envelope.parse("a@x.example", "ada@example.org"), "Subject: s\r\n\r\n".getBytes(UTF_8))
        .orThrow();

    Until.so(() -> server.inside().queue().size() == 0);
    assertThat(relayed).containsExactly("ada@example.org", "a@x.example");
    assertThat(calls).isEmpty();
  }

  /** Handlers hear of mails only. */
  @Test
  void aDryRunAsksNobody() {
    start(SubEtha.of(Handler::new));

    var run =
        server
            .inside()
            .explain(
                Role.MX,
                new DryRun.Asked(
                    InetAddress.getLoopbackAddress(),
                    Optional.of("client.example"),
                    Optional.empty(),
                    false,
                    0,
                    ReversePath.NULL,
                    List.of(Address.parse("ada@example.org"))));

    assertThat(run).isPresent();
    assertThat(calls).isEmpty();
  }

  private static final UsernamePasswordValidator PASSWORDS =
      (user, password, context) -> {
        if (!user.equals("ada@example.org") || !password.equals("geheim")) {
          throw new LoginFailedException();
        }
      };

  @Test
  void passwordsAreLookedAtByTheApplication() throws Exception {
    for (AccountSource people :
        List.of(
            SubEtha.accounts(PASSWORDS),
            SubEtha.accounts(new EasyAuthenticationHandlerFactory(PASSWORDS)),
            SubEtha.accounts(new PlainAuthenticationHandlerFactory(PASSWORDS)),
            SubEtha.accounts(new LoginAuthenticationHandlerFactory(PASSWORDS)))) {
      start(SubEtha.of(Handler::new), people);
      try (SmtpDialogue client = dialogue()) {
        assertThat(logIn(client, "ada@example.org", "falsch")).startsWith("535 ");
        assertThat(server.inside().accounts().byLogin("ada@example.org")).isEmpty();
        assertThat(server.inside().accounts().list()).isEmpty();
        assertThat(logIn(client, "ada@example.org", "geheim")).startsWith("235 ");
        assertThat(server.inside().accounts().byLogin("ada@example.org")).isPresent();
      }
      server.close();
    }
  }

  /** A code of 400 to 499 says nothing of a password. */
  @ParameterizedTest
  @CsvSource({"454, 454", "421, 454", "535, 535", "250, 535"})
  void aLogInThatFailsForNowDoesSo(int code, String answer) throws Exception {
    AuthenticationHandler fails =
        new AuthenticationHandler() {
          @Override
          public Optional<String> auth(String clientInput, MessageContext context)
              throws RejectException {
            throw new RejectException(code, "no");
          }

          @Override
          public Object getIdentity() {
            throw new AssertionError();
          }
        };
    AuthenticationHandlerFactory factory =
        new AuthenticationHandlerFactory() {
          @Override
          public List<String> getAuthenticationMechanisms() {
            return List.of("PLAIN");
          }

          @Override
          public AuthenticationHandler create() {
            return fails;
          }
        };
    start(SubEtha.of(Handler::new), SubEtha.accounts(factory));

    try (SmtpDialogue client = dialogue()) {
      assertThat(logIn(client, "ada@example.org", "geheim")).startsWith(answer + " ");
    }
    assertThat(server.inside().accounts().list()).isEmpty();
  }

  private static String logIn(SmtpDialogue client, String user, String password) throws Exception {
    String both = "\0" + user + "\0" + password;
    return client.say("AUTH PLAIN " + Base64.getEncoder().encodeToString(both.getBytes(UTF_8)));
  }

  @Test
  void mechanismsWithoutPasswordsAreRefused() {
    assertThatThrownBy(
            () ->
                SubEtha.accounts(
                    new AuthenticationHandlerFactory() {
                      @Override
                      public List<String> getAuthenticationMechanisms() {
                        return List.of("CRAM-MD5");
                      }

                      @Override
                      public AuthenticationHandler create() {
                        throw new AssertionError();
                      }
                    }))
        .hasMessageContaining("CRAM-MD5");
  }

  /** The answer to the content, or to who refuses before. */
  private String send(String to) throws Exception {
    try (SmtpDialogue client = dialogue()) {
      client.say("MAIL FROM:<a@x.example>");
      String answer = client.say("RCPT TO:<" + to + ">");
      if (!answer.startsWith("250")) {
        return answer;
      }
      client.say("DATA");
      return client.content(out -> out.write("Subject: s\r\n\r\nhello\r\n".getBytes(UTF_8)));
    }
  }
}
