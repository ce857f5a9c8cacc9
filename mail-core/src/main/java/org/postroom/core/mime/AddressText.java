package org.postroom.core.mime;

/** An address list as one line to search in: {@code Name <local@domain>, Group: <a@b>;}. */
final class AddressText implements MessageEnvelope.Visitor {
  private final StringBuilder out = new StringBuilder();
  private final StringBuilder name = new StringBuilder();
  private final StringBuilder local = new StringBuilder();
  private int element;
  private boolean hasHost;
  private boolean listed;

  /** Of a field's value with its folding; comments inside an address are gone, names decoded. */
  static String of(byte[] b, int from, int to) {
    OctetBuffer stored = new OctetBuffer(to - from + 16);
    new AddressListParser(b, from, to, stored, Integer.MAX_VALUE).parse(true);
    AddressText text = new AddressText();
    MessageEnvelope.list(stored.bytes, 0, stored.length, text);
    return text.text();
  }

  /** What was seen until now. */
  String text() {
    return out.toString();
  }

  @Override
  public void beginList() {}

  @Override
  public void endList() {}

  @Override
  public void beginAddress() {
    element = 0;
    hasHost = false;
    name.setLength(0);
    local.setLength(0);
  }

  @Override
  public void nil() {
    element++;
  }

  @Override
  public void string(byte[] octets, int offset, int length, MessageEnvelope.Kind kind) {
    String text = EncodedWords.decode(octets, offset, length);
    switch (element++) {
      case 0 -> name.append(text);
      case 2 -> {
        if (!text.equals(AddressListParser.NO_MAILBOX.latin1())) {
          local.append(text);
        }
      }
      case 3 -> {
        hasHost = true;
        if (!text.equals(AddressListParser.NO_HOST.latin1())) {
          local.append('@').append(text);
        }
      }
      default -> {
        // a source route is never looked for
      }
    }
  }

  @Override
  public void endAddress() {
    if (!hasHost && local.length() == 0) {
      out.append(';');
      return;
    }
    if (listed) {
      out.append(", ");
    }
    listed = hasHost;
    if (hasHost) {
      if (name.length() > 0) {
        out.append(name).append(' ');
      }
      out.append('<').append(local).append('>');
    } else {
      out.append(local).append(": ");
    }
  }
}
