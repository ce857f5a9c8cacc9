package org.postroom.core.mime;

import java.util.Optional;

/**
 * Looks for text in an envelope: the same answers as {@link MessageText#matchesHeader} gives,
 * without reading an octet of the message. Of several Subject fields the envelope knows the last,
 * and of a field that was cut ({@link MessageEnvelope#isCut}) what was kept.
 */
public final class EnvelopeText implements MessageEnvelope.Visitor {
  private final Field wanted;
  private final Needle needle;
  private final AddressText addresses = new AddressText();
  private int field;
  private boolean inList;
  private boolean found;

  private EnvelopeText(Field wanted, Needle needle) {
    this.wanted = wanted;
    this.needle = needle;
  }

  /** What of the envelope is looked at. */
  public enum Field {
    SUBJECT(1),
    FROM(2),
    TO(5),
    CC(6),
    BCC(7);

    private final int place;

    Field(int place) {
      this.place = place;
    }

    /** The field of that name, in any case, if it is one of these. */
    public static Optional<Field> named(String name) {
      for (Field field : values()) {
        if (field.name().equalsIgnoreCase(name)) {
          return Optional.of(field);
        }
      }
      return Optional.empty();
    }
  }

  /** Whether the field is there and holds the text. */
  public static boolean matches(MessageEnvelope envelope, Field field, Needle needle) {
    if (needle.isImpossible()) {
      return false;
    }
    EnvelopeText text = new EnvelopeText(field, needle);
    envelope.accept(text);
    return text.found;
  }

  @Override
  public void nil() {
    if (!inList) {
      field++;
    } else if (field == wanted.place) {
      addresses.nil();
    }
  }

  @Override
  public void string(byte[] octets, int offset, int length, MessageEnvelope.Kind kind) {
    if (inList) {
      if (field == wanted.place) {
        addresses.string(octets, offset, length, kind);
      }
      return;
    }
    if (field == wanted.place) {
      found = needle.isEmpty() || MessageText.lineHolds(octets, offset, offset + length, needle);
    }
    field++;
  }

  @Override
  public void beginList() {
    inList = true;
  }

  @Override
  public void endList() {
    if (field == wanted.place) {
      found = needle.isIn(addresses.text());
    }
    inList = false;
    field++;
  }

  @Override
  public void beginAddress() {
    if (field == wanted.place) {
      addresses.beginAddress();
    }
  }

  @Override
  public void endAddress() {
    if (field == wanted.place) {
      addresses.endAddress();
    }
  }
}
