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
import java.util.Properties;

/** Messages as Jakarta Mail has them, and as octets. */
final class Messages {
  private Messages() {}

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

  /** An address without a name. */
  static String plain(Address address) {
    return address instanceof InternetAddress one ? one.getAddress() : address.toString();
  }
}
