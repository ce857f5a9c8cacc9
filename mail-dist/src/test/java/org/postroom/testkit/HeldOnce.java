package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Properties;

/** A test, in a process of its own, that sends many long mails and takes them away now and then. */
final class HeldOnce {
  private static final int MAILS = 400;
  private static final int OCTETS = 500_000;
  private static final int AT_ONCE = 10;

  private HeldOnce() {}

  public static void main(String[] words) throws MessagingException {
    byte[] text = new byte[OCTETS];
    Arrays.fill(text, (byte) 'x');
    for (int i = 76; i < OCTETS; i += 78) {
      text[i - 1] = '\r';
      text[i] = '\n';
    }
    try (TestMail mail = TestMail.start()) {
      Properties properties = new Properties();
      properties.setProperty("mail.smtp.host", mail.smtp().host());
      properties.setProperty("mail.smtp.port", Integer.toString(mail.smtp().port()));
      Session session = Session.getInstance(properties);
      for (int i = 1; i <= MAILS; i++) {
        byte[] all = ("Subject: " + i + "\r\n\r\n" + new String(text, US_ASCII)).getBytes(US_ASCII);
        MimeMessage message = new MimeMessage(session, new ByteArrayInputStream(all));
        Transport.send(message, new InternetAddress[] {new InternetAddress("ada@example.org")});
        String subject = Integer.toString(i);
        ReceivedMail received = mail.awaitOne(Mails.withSubject(subject));
        if (received.body().length() < OCTETS) {
          throw new AssertionError("mail " + i + " has " + received.body().length());
        }
        if (i % AT_ONCE == 0) {
          mail.reset(Reset.MESSAGES);
        }
      }
    }
    System.out.println("done");
  }
}
