package org.postroom.imap.command.search;

import org.postroom.core.mime.MessageEnvelope;

/** Looks for text in the envelope: no octet of the message is read, no object made for ASCII. */
final class EnvelopeText implements MessageEnvelope.Visitor {
  static final int SUBJECT = 1;
  static final int FROM = 2;
  static final int TO = 5;
  static final int CC = 6;
  static final int BCC = 7;

  private final int wanted;
  private final Needle needle;
  private final StringBuilder address = new StringBuilder();
  private int field = -1;
  private int depth;
  private int element;
  private boolean found;

  private EnvelopeText(int wanted, Needle needle) {
    this.wanted = wanted;
    this.needle = needle;
  }

  static boolean matches(MessageEnvelope envelope, int field, Needle needle) {
    EnvelopeText text = new EnvelopeText(field, needle);
    envelope.accept(text);
    return text.found;
  }

  private boolean here() {
    if (depth == 0) {
      field++;
    }
    return field == wanted;
  }

  @Override
  public void nil() {
    if (here() && depth > 0) {
      element++;
    }
  }

  @Override
  public void string(byte[] octets, int offset, int length, MessageEnvelope.Kind kind) {
    if (!here() || found) {
      return;
    }
    if (depth == 0) {
      found = MessageText.fieldHolds(octets, offset, length, needle);
    } else {
      // name, route, mailbox, host: read as "Name <mailbox@host>, ..."
      String text = MessageText.decodeField(octets, offset, length);
      switch (element) {
        case 0 -> address.append(text).append(' ');
        case 2 -> address.append('<').append(text);
        case 3 -> address.append('@').append(text).append('>');
        default -> {}
      }
      element++;
    }
  }

  @Override
  public void beginList() {
    here();
    depth = 1;
    address.setLength(0);
  }

  @Override
  public void endList() {
    depth = 0;
    if (field == wanted) {
      found = needle.isIn(address.toString());
    }
  }

  @Override
  public void beginAddress() {
    element = 0;
    if (address.length() > 0) {
      address.append(", ");
    }
  }

  @Override
  public void endAddress() {}
}
