package org.postroom.testkit.greenmail;

import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Properties;
import org.postroom.testkit.ReceivedMail;

/** Messages as Jakarta Mail has them, and as octets. */
final class Messages {
  private Messages() {}

  /** One that came by SMTP: what ends its last line counts as the end of the data, as there. */
  static MimeMessage sent(ReceivedMail mail) {
    byte[] octets = mail.content();
    int end = octets.length;
    boolean isEnded = end > 1 && octets[end - 2] == '\r' && octets[end - 1] == '\n';
    return of(isEnded ? Arrays.copyOf(octets, end - 2) : octets);
  }

  static MimeMessage of(byte[] octets) {
    try {
      return new MimeMessage(
          Session.getInstance(new Properties()), new ByteArrayInputStream(octets));
    } catch (MessagingException e) {
      throw new IllegalArgumentException("Jakarta Mail cannot read the message", e);
    }
  }

  static byte[] octets(Part part) {
    try {
      ByteArrayOutputStream octets = new ByteArrayOutputStream();
      part.writeTo(octets);
      return octets.toByteArray();
    } catch (MessagingException e) {
      throw new IllegalStateException("Jakarta Mail cannot write the message", e);
    } catch (IOException e) {
      throw new UncheckedIOException("Jakarta Mail cannot write the message", e);
    }
  }

  /** All whom its header names; empty where there is none. */
  static String recipients(MimeMessage message) {
    try {
      Address[] all = message.getAllRecipients();
      return all == null ? "" : InternetAddress.toString(all);
    } catch (MessagingException e) {
      throw new IllegalStateException("Jakarta Mail cannot read the recipients", e);
    }
  }

  /** An address without a name. */
  static String plain(Address address) {
    return address instanceof InternetAddress one ? one.getAddress() : address.toString();
  }
}
