package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.testkit.Mails.any;

import jakarta.activation.DataHandler;
import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Recipient;

/** What a test sees of a mail is what its reader would see. */
@MailTest
final class ReceivedMailTest {

  @Test
  void textHtmlAndFilesAreDecoded(TestMail mail) throws Exception {
    MimeBodyPart text = new MimeBodyPart();
    text.setText("Grüße,\nIhr Laden", "iso-8859-1");
    MimeBodyPart html = new MimeBodyPart();
    html.setContent("<p>Grüße — <img src='cid:logo'></p>", "text/html; charset=utf-8");
    MimeBodyPart logo = new MimeBodyPart();
    logo.setDataHandler(new DataHandler(new ByteArrayDataSource(new byte[] {1, 2}, "image/png")));
    logo.setContentID("<logo>");
    logo.setDisposition("inline");
    MimeBodyPart invoice = new MimeBodyPart();
    byte[] octets = "%PDF-1.4 …".repeat(1000).getBytes(UTF_8);
    invoice.setDataHandler(new DataHandler(new ByteArrayDataSource(octets, "application/pdf")));
    invoice.setFileName("Rechnung für März.pdf");
    MimeBodyPart both = new MimeBodyPart();
    both.setContent(new MimeMultipart("alternative", text, html));
    MimeMessage message = message(mail, null);
    message.setSubject("Ihre Rechnung für März — 42 €", "utf-8");
    message.setContent(new MimeMultipart("mixed", both, logo, invoice));
    Transport.send(message);

    ReceivedMail got = mail.awaitOne(any());
    assertThat(got.subject()).isEqualTo("Ihre Rechnung für März — 42 €");
    assertThat(got.text()).isEqualTo("Grüße,\nIhr Laden");
    assertThat(got.html()).isEqualTo("<p>Grüße — <img src='cid:logo'></p>");
    assertThat(got.attachments())
        .extracting(Attachment::name, Attachment::type, Attachment::contentId, Attachment::isInline)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("", "image/png", "logo", true),
            org.assertj.core.groups.Tuple.tuple(
                "Rechnung für März.pdf", "application/pdf", "", false));
    assertThat(got.attachments().get(1).content()).isEqualTo(octets);
    assertThat(got.to()).isEqualTo("ada@example.org");
  }

  @Test
  void headersInUtf8AreWhatTheySay(TestMail mail) throws Exception {
    try (Lines client = new Lines(mail.smtp())) {
      client.say("EHLO client.example");
      client.say("MAIL FROM:<a@b.example> SMTPUTF8 BODY=8BITMIME ENVID=QQ1");
      client.say("RCPT TO:<проверка@example.org> NOTIFY=NEVER");
      client.say("DATA");
      client.say("From: Грета <a@b.example>\r\nSubject: привет\r\n\r\nтело\r\n.");
    }

    ReceivedMail got = mail.awaitOne(any());
    assertThat(got.subject()).isEqualTo("привет");
    assertThat(got.from()).isEqualTo("Грета <a@b.example>");
    assertThat(got.text()).isEqualTo("тело\n");
    assertThat(got.recipients()).containsExactly("проверка@example.org");
    assertThat(got.envelope().smtpUtf8()).isTrue();
    assertThat(got.envelope().body()).isEqualTo(BodyType.EIGHT_BIT_MIME);
    assertThat(got.envelope().envelopeId()).contains("QQ1");
    assertThat(got.envelope().recipients().get(0).reportOn())
        .containsExactly(Recipient.Notify.NEVER);
  }

  @Test
  void whoBroughtItAndHowIsKnown(TestMail mail) throws Exception {
    Properties properties = new Properties();
    properties.put("mail.smtp.auth", "true");
    properties.put("mail.smtp.starttls.required", "true");
    MimeMessage message = message(mail, properties);
    message.setText("x");
    Transport.send(message);

    ReceivedMail got = mail.awaitOne(any());
    assertThat(got.login()).isEqualTo(Optional.of("shop@example.net"));
    assertThat(got.isSecured()).isTrue();
    assertThat(got.protocol()).isEqualTo("ESMTPSA");
    assertThat(got.transcript())
        .startsWith("S: 220 mail.test")
        .containsSubsequence(
            "C: STARTTLS",
            "C: AUTH ",
            "C: MAIL FROM:<shop@example.net>",
            "C: RCPT TO:<ada@example.org>",
            "C: DATA",
            "C: x",
            "C: .",
            "S: 250 2.0.0 Ok: queued as ");
  }

  @Test
  void mailInClearIsNotSecured(TestMail mail) throws Exception {
    MimeMessage message = message(mail, null);
    message.setText("x");
    Transport.send(message);

    ReceivedMail got = mail.awaitOne(any());
    assertThat(got.isSecured()).isFalse();
    assertThat(got.login()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Your code is 493021.|493021",
        "493 021 is your code|493021",
        "Code: 493-021|493021",
        "Enter 4711 to log in|4711",
        "Call +49 30 1234567-89, order A-123456, 12,5 %, https://x.test/?t=123456|",
        "On 2026-11-29 at 10:15|",
      })
  void codesAreFound(String text, String code, TestMail mail) throws Exception {
    MimeMessage message = message(mail, null);
    message.setText(text);
    Transport.send(message);

    assertThat(mail.awaitOne(any()).codes())
        .isEqualTo(code == null ? java.util.List.of() : java.util.List.of(code));
  }

  @Test
  void linksAreFoundInTextAndHtml(TestMail mail) throws Exception {
    MimeMessage message = message(mail, null);
    message.setContent(
        "<a href=\"https://shop.test/confirm?a=1&amp;b=2\">here</a> (see https://shop.test/help).",
        "text/html; charset=utf-8");
    Transport.send(message);

    assertThat(mail.awaitOne(any()).links())
        .containsExactly("https://shop.test/confirm?a=1&b=2", "https://shop.test/help");
  }

  private static MimeMessage message(TestMail mail, Properties more) throws MessagingException {
    Properties properties = new Properties();
    properties.put("mail.smtp.host", mail.smtp().host());
    properties.put("mail.smtp.port", Integer.toString(mail.smtp().port()));
    Session session = Session.getInstance(properties);
    if (more != null) {
      properties.putAll(more);
      properties.put("mail.smtp.port", Integer.toString(mail.submission().port()));
      properties.put("mail.smtp.ssl.socketFactory", mail.sslContext().getSocketFactory());
      session =
          Session.getInstance(
              properties,
              new Authenticator() {
                @Override
                protected PasswordAuthentication getPasswordAuthentication() {
                  return new PasswordAuthentication("shop@example.net", TestMail.PASSWORD);
                }
              });
    }
    MimeMessage message = new MimeMessage(session);
    message.setFrom("shop@example.net");
    message.setRecipient(Message.RecipientType.TO, new InternetAddress("ada@example.org"));
    return message;
  }
}
