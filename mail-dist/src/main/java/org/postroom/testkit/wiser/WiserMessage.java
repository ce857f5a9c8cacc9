package org.postroom.testkit.wiser;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.PrintStream;
import java.util.Properties;
import org.postroom.testkit.ReceivedMail;

/** A message for one recipient. */
public final class WiserMessage {
  private final ReceivedMail mail;
  private final String recipient;
  private final byte[] data;

  /**
   * Of a mail to one of its recipients.
   *
   * @param data its octets, which are not copied
   */
  WiserMessage(ReceivedMail mail, String recipient, byte[] data) {
    this.mail = mail;
    this.recipient = recipient;
    this.data = data;
  }

  /** Empty for the null sender. */
  public String getEnvelopeSender() {
    return mail.sender();
  }

  public String getEnvelopeReceiver() {
    return recipient;
  }

  /** All octets, the Received field in front. */
  public byte[] getData() {
    return data.clone();
  }

  /** The same as Jakarta Mail has it, which must be there for this method alone. */
  public MimeMessage getMimeMessage() throws MessagingException {
    return new MimeMessage(
        Session.getInstance(new Properties()), new ByteArrayInputStream(getData()));
  }

  /** The mail as the fixture has it: decoded, as long as the server runs. */
  public ReceivedMail mail() {
    return mail;
  }

  /** Writes it, for people. */
  public void dumpMessage(PrintStream out) {
    out.println("----- from <" + getEnvelopeSender() + "> to <" + recipient + ">");
    out.println(new String(getData(), ISO_8859_1));
  }

  @Override
  public String toString() {
    return new String(getData(), ISO_8859_1);
  }
}
