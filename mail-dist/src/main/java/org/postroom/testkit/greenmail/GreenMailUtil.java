package org.postroom.testkit.greenmail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.UUID;

/** What tests do beside looking into mailboxes: send, and take messages apart. */
public final class GreenMailUtil {
  private GreenMailUtil() {}

  /** What stands behind the header, as it was sent: transfer encodings are not undone. */
  public static String getBody(Part part) {
    String whole = getWholeMessage(part);
    int end = whole.indexOf("\r\n\r\n");
    return end < 0 ? "" : whole.substring(end + 4);
  }

  /** The header, as it was sent. */
  public static String getHeaders(Part part) {
    String whole = getWholeMessage(part);
    int end = whole.indexOf("\r\n\r\n");
    return end < 0 ? whole : whole.substring(0, end);
  }

  /** Both, an octet a character. */
  public static String getWholeMessage(Part part) {
    return new String(Messages.octets(part), ISO_8859_1);
  }

  /** A text that no other message has. */
  public static String random() {
    return UUID.randomUUID().toString();
  }

  /** A session of Jakarta Mail with a server. */
  public static Session getSession(ServerSetup setup) {
    return Session.getInstance(setup.properties());
  }

  /** Sends to {@link ServerSetupTest#SMTP}. */
  public static void sendTextEmailTest(String to, String from, String subject, String text) {
    sendTextEmail(to, from, subject, text, ServerSetupTest.SMTP);
  }

  /**
   * Sends by SMTP.
   *
   * @throws IllegalStateException when it is not taken
   */
  public static void sendTextEmail(
      String to, String from, String subject, String text, ServerSetup setup) {
    try {
      Transport.send(createTextEmail(to, from, subject, text, setup));
    } catch (MessagingException e) {
      throw new IllegalStateException("the mail was not taken: " + e.getMessage(), e);
    }
  }

  /** A message with a text. */
  public static MimeMessage createTextEmail(
      String to, String from, String subject, String text, ServerSetup setup) {
    try {
      MimeMessage message = new MimeMessage(getSession(setup));
      message.setFrom(from);
      message.setRecipients(Message.RecipientType.TO, InternetAddress.parse(to));
      message.setSubject(subject, "utf-8");
      message.setText(text, "utf-8");
      return message;
    } catch (MessagingException e) {
      throw new IllegalArgumentException("no message can be made of it: " + e.getMessage(), e);
    }
  }
}
