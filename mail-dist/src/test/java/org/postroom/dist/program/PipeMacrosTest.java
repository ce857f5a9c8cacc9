package org.postroom.dist.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.CameFrom;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.table.RecipientDelimiter;

/** What the words of a program become for a mail. */
final class PipeMacrosTest {
  private static final RecipientDelimiter PLUS = new RecipientDelimiter("+");

  /** A mail of five octets. */
  static QueuedMail mail(String sender, String... recipients) {
    List<QueuedRecipient> queued = new ArrayList<>();
    for (String recipient : recipients) {
      Recipient one =
          new Recipient(
              Address.parse(recipient), Set.of(), Optional.of("rfc822;Alias@Example.NET"));
      queued.add(new QueuedRecipient(queued.size(), one, 0, false, ""));
    }
    return new QueuedMail(
        new QueueId("3f9c21"),
        sender.isEmpty() ? ReversePath.NULL : ReversePath.of(Address.parse(sender)),
        new QueuedMail.Traits(
            BodyType.SEVEN_BIT, false, Optional.of("e7"), Optional.empty(), false),
        Content.of(new byte[] {'a', '\r', '\n', '\r', '\n'}),
        Instant.EPOCH,
        Optional.of(
            new CameFrom(
                "192.0.2.1",
                "mx.example.com",
                "-helo",
                "ESMTPSA",
                Optional.of("eve"),
                Optional.empty(),
                Optional.of(40_000),
                Optional.of("SCRAM-SHA-256"),
                Optional.of("first@far.test"))),
        "list:example.org",
        queued);
  }

  private static PipeMacros.Style style(String flags) {
    return new PipeMacros.Style(
        flags.contains("q"), flags.contains("u"), flags.contains("h"), "MAILER-DAEMON");
  }

  private static Optional<List<String>> expanded(String words, String flags, QueuedMail mail) {
    return PipeMacros.of(List.of(words.split(" ")))
        .expanded(mail, "Hub.Example.ORG", PLUS, style(flags));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "$sender             | ''  | eve@example.com",
        "${sender}           | ''  | eve@example.com",
        "$(sender)           | ''  | eve@example.com",
        "-f$sender           | ''  | -feve@example.com",
        "($recipient)        | ''  | (Ada+News@example.org)",
        "$recipient          | u   | ada+news@example.org",
        "$mailbox            | ''  | Ada+News",
        "$mailbox            | u   | ada+news",
        "$user               | ''  | Ada",
        "$user               | u   | ada",
        "$extension          | ''  | News",
        "$extension          | u   | news",
        "$domain             | ''  | example.org",
        "$nexthop            | ''  | Hub.Example.ORG",
        "$nexthop!rmail      | h   | hub.example.org!rmail",
        "$queue_id           | ''  | 3f9c21",
        "$size               | ''  | 5",
        "$envelope_id        | ''  | e7",
        "$original_recipient | ''  | Alias@example.net",
        "$original_recipient | u   | alias@example.net",
        "$client_address     | ''  | 192.0.2.1",
        "$client_hostname    | ''  | mx.example.com",
        "x$client_helo       | ''  | x-helo",
        "$client_protocol    | ''  | ESMTP",
        "$client_port        | ''  | 40000",
        "$sasl_username      | ''  | eve",
        "$sasl_method        | ''  | SCRAM-SHA-256",
        "$sasl_sender        | ''  | first@far.test",
        "$$sender            | ''  | $sender",
        "${user}.${domain}   | ''  | Ada.example.org",
        "plain               | ''  | plain"
      })
  void standForWhatTheMailHas(String word, String flags, String text) {
    assertThat(expanded(word, flags, mail("eve@example.com", "Ada+News@example.org")))
        .contains(List.of(text));
  }

  /** No shell sees them, and nothing in them is looked into again. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"a b\"@example.org         |    | a b@example.org",
        "\"a b\"@example.org         | q  | \"a b\"@example.org",
        "\"a\\\\b\\\"c\"@example.org | q  | \"a\\\\b\\\"c\"@example.org",
        "\"a..b\"@example.org        | q  | \"a..b\"@example.org",
        "\";rm -rf /;\"@example.org  |    | ;rm -rf /;@example.org",
        "`id`@example.org            |    | `id`@example.org",
        "$sender@example.org         |    | $sender@example.org",
        "${sender}@example.org       |    | ${sender}@example.org",
        "\"$(id)\"@example.org       | q  | \"$(id)\"@example.org",
        "\"a&b>c\"@example.org       |    | a&b>c@example.org",
      })
  void leaveAddressesAsTheyAre(String recipient, String flags, String text) {
    String with = flags == null ? "" : flags;
    assertThat(expanded("$recipient", with, mail("eve@example.com", recipient)))
        .contains(List.of(text));
  }

  @Test
  void standOnceForEachRecipient() {
    QueuedMail mail = mail("eve@example.com", "ada@example.org", "bob+x@example.org");

    assertThat(expanded("-f $sender -- $user@$domain $extension end", "", mail))
        .contains(
            List.of(
                "-f",
                "eve@example.com",
                "--",
                "ada@example.org",
                "bob@example.org",
                "",
                "x",
                "end"));
  }

  @Test
  void haveANameForNobody() {
    QueuedMail mail = mail("", "ada@example.org");

    assertThat(expanded("-f $sender", "q", mail)).contains(List.of("-f", "MAILER-DAEMON"));
    assertThat(
            PipeMacros.of(List.of("$sender"))
                .expanded(mail, "x", PLUS, new PipeMacros.Style(true, true, true, "")))
        .contains(List.of(""));
  }

  @Test
  void areNoOptions() {
    QueuedMail mail = mail("eve@example.com", "ada@example.org", "-rf@example.org");

    assertThat(expanded("$recipient", "", mail)).isEmpty();
    assertThat(expanded("to=$recipient", "", mail)).isPresent();
    assertThat(expanded("-r$recipient", "", mail)).isPresent();
  }

  /** Of mail that an earlier version took in, and of mail that was written here. */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void areEmptyWhereNobodyKnows(boolean hasOrigin) {
    QueuedMail mail = mail("eve@example.com", "ada@example.org");
    CameFrom from =
        new CameFrom("192.0.2.1", "unknown", "", "SMTP", Optional.empty(), Optional.empty());
    QueuedMail old =
        new QueuedMail(
            mail.id(),
            mail.sender(),
            mail.traits(),
            mail.content(),
            mail.arrived(),
            hasOrigin ? Optional.of(from) : Optional.empty(),
            mail.destination(),
            mail.recipients());

    assertThat(expanded("<$client_port> <$sasl_method> <$sasl_username> <$sasl_sender>", "", old))
        .contains(List.of("<>", "<>", "<>", "<>"));
  }
}
