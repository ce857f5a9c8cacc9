package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.codec.DecoderUtil;
import org.postroom.core.mime.HeaderField;
import org.postroom.core.mime.HeaderFields;
import org.postroom.core.queue.Acceptance;

/** A mail as it arrived: envelope and content. */
public final class ReceivedMail {
  private final String sender;
  private final List<String> recipients;
  private final byte[] content;
  private final int headerLength;

  private ReceivedMail(String sender, List<String> recipients, byte[] content, int headerLength) {
    this.sender = sender;
    this.recipients = List.copyOf(recipients);
    this.content = content;
    this.headerLength = headerLength;
  }

  static ReceivedMail of(Acceptance acceptance) {
    return new ReceivedMail(
        acceptance.mail().envelope().sender().toString(),
        acceptance.mail().envelope().recipients().stream()
            .map(recipient -> recipient.address().toString())
            .toList(),
        acceptance.mail().content().toBytes(),
        (int) acceptance.mail().content().structure().headerLength());
  }

  /** The envelope's sender; empty for the null sender. */
  public String sender() {
    return sender;
  }

  /** The envelope's recipients. */
  public List<String> recipients() {
    return recipients;
  }

  /** The subject, decoded; empty when there is none. */
  public String subject() {
    return header("Subject");
  }

  /** The first field of that name, decoded and on one line; empty when there is none. */
  public String header(String name) {
    List<String> all = headers(name);
    return all.isEmpty() ? "" : all.get(0);
  }

  /** All fields of that name, decoded. */
  public List<String> headers(String name) {
    List<String> values = new ArrayList<>();
    for (HeaderField field : HeaderFields.of(content, 0, headerLength)) {
      if (field.isNamed(name)) {
        values.add(DecoderUtil.decodeEncodedWords(field.value().toString(), DecodeMonitor.SILENT));
      }
    }
    return values;
  }

  /** What stands behind the header, as it was sent: transfer encodings are not undone. */
  public String body() {
    return new String(content, headerLength, content.length - headerLength, UTF_8);
  }

  /** All octets, the Received field of this hop in front. */
  public byte[] content() {
    return content.clone();
  }

  @Override
  public String toString() {
    return "<" + sender + "> to " + recipients + ": " + subject();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ReceivedMail mail
        && mail.sender.equals(sender)
        && mail.recipients.equals(recipients)
        && Arrays.equals(mail.content, content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }
}
