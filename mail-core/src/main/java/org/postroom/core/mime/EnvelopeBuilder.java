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

  /** Octets of stored address lists, in all fields. */
  private int lists;

  private boolean cut;

  /** One that says nothing of what there was, for want of room. */
  static EnvelopeBuilder leftOut() {
    EnvelopeBuilder envelope = new EnvelopeBuilder();
    envelope.cut = true;
    return envelope;
  }

  void text(int field, byte[] b, int from, int to) {
    OctetBuffer value = new OctetBuffer(to - from + 1);
    if (field == SUBJECT) {
      HeaderText.collapse(b, from, to, value);
    } else {
      HeaderText.unfold(b, from, to, value);
    }
    if (value.length > ScanLimits.TEXT) {
      cut = true;
      value.length = HeaderText.wholeWords(value.bytes, ScanLimits.TEXT);
    }
    value.trim();
    fields[field] = value; // the last one wins
  }

  /**
   * Adds to a list what there is room for.
   *
   * @param whole whether the field ends at {@code to}, and was not cut there
   */
  void addresses(int field, byte[] b, int from, int to, boolean whole) {
    OctetBuffer list = fields[field];
    if (list == null) {
      list = new OctetBuffer(64);
      fields[field] = list;
    }
    int before = list.length;
    int most = before + ScanLimits.LISTS - lists;
    cut |= !new AddressListParser(b, from, to, list, most).parse(whole);
    lists += list.length - before;
  }

  /**
   * The header has ended: gives back what was taken in advance. Not after each field, of which a
   * header may have hundreds of thousands, and each time the whole list would be copied.
   */
  void trim() {
    for (OctetBuffer field : fields) {
      if (field != null) {
        field.trim();
      }
    }
  }

  /** Octets of memory, about. */
  int weight() {
    int octets = 0;
    for (OctetBuffer field : fields) {
      octets += field == null ? 0 : 40 + field.bytes.length;
    }
    return octets;
  }

  MessageEnvelope build() {
    OctetBuffer out = new OctetBuffer(256);
    out.add(cut ? MessageEnvelope.VERSION_CUT : MessageEnvelope.VERSION);
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
