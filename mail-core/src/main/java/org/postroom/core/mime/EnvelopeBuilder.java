package org.postroom.core.mime;

import org.jspecify.annotations.Nullable;

/** Collects the envelope's fields while a header block is read. */
final class EnvelopeBuilder {
  static final int DATE = 0;
  static final int SUBJECT = 1;
  static final int FROM = 2;
  static final int SENDER = 3;
  static final int REPLY_TO = 4;
  static final int BCC = 7;

  private final @Nullable OctetBuffer[] fields = new @Nullable OctetBuffer[10];

  void text(int field, byte[] b, int from, int to) {
    OctetBuffer value = new OctetBuffer(to - from + 1);
    if (field == SUBJECT) {
      HeaderText.collapse(b, from, to, value);
    } else {
      HeaderText.unfold(b, from, to, value);
    }
    fields[field] = value; // the last one wins
  }

  void addresses(int field, byte[] b, int from, int to) {
    OctetBuffer list = fields[field];
    if (list == null) {
      list = new OctetBuffer(64);
      fields[field] = list;
    }
    new AddressListParser(b, from, to, list).parse();
  }

  MessageEnvelope build() {
    OctetBuffer out = new OctetBuffer(256);
    out.add(MessageEnvelope.VERSION);
    OctetBuffer sender = fields[FROM];
    boolean hasFrom = sender != null && sender.length > 0;
    for (int i = 0; i < 10; i++) {
      OctetBuffer value = fields[i];
      if (i >= FROM && i <= BCC) {
        if (value != null && value.length > 0) {
          out.addNumber(value.length + 2L);
          out.add(value.bytes, 0, value.length);
        } else {
          out.add((i == SENDER || i == REPLY_TO) && hasFrom ? 1 : 0);
        }
      } else if (value == null) {
        out.add(0);
      } else {
        MessageEnvelope.write(out, value.bytes, 0, value.length);
      }
    }
    return new MessageEnvelope(out.toBytes());
  }
}
