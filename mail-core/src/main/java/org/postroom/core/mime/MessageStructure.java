package org.postroom.core.mime;

import java.util.List;
import java.util.Optional;

/**
 * What {@link StructureScanner} saw: sizes, the tree of parts, the envelope. Immutable.
 *
 * @param size octets of the whole message
 * @param hasNul whether a NUL octet occurs anywhere
 * @param has8Bit whether an octet above 0x7F occurs anywhere
 */
public record MessageStructure(
    long size, boolean hasNul, boolean has8Bit, MessageEnvelope envelope, MimePart root) {

  /** Octets of the message's header with its empty line. */
  public long headerLength() {
    return root.headerLength();
  }

  /**
   * The part with this number (RFC 9051, 6.4.5.1), {@code 1.2} being {@code part(1, 2)}. A message
   * that is no multipart has the one part 1; the parts of an embedded multipart are numbered right
   * below the part that embeds it.
   *
   * @return empty when there is none, and for no number at all
   */
  public Optional<MimePart> part(int... numbers) {
    if (numbers.length == 0) {
      return Optional.empty();
    }
    MimePart message = root;
    MimePart part = null;
    for (int number : numbers) {
      MimePart parent;
      if (part == null) {
        parent = message;
      } else if (part.isMultipart()) {
        parent = part;
      } else if (part.embedded().isPresent()) {
        parent = part.embedded().get().root();
      } else {
        return Optional.empty();
      }
      List<MimePart> parts = parent.isMultipart() ? parent.children() : List.of(parent);
      if (number < 1 || number > parts.size()) {
        return Optional.empty();
      }
      part = parts.get(number - 1);
    }
    return Optional.ofNullable(part);
  }

  /** The structure of the same message with {@code by} octets of header lines put in front. */
  public MessageStructure shifted(long by) {
    return new MessageStructure(size + by, hasNul, has8Bit, envelope, root.grown(by));
  }

  /** The stored form with everything in it, versioned. */
  public byte[] encode() {
    return StructureCodec.encode(this, true);
  }

  /** The stored form without the top-level envelope, for who stores that beside. */
  public byte[] encodeWithoutEnvelope() {
    return StructureCodec.encode(this, false);
  }

  /**
   * Reads a stored form; one without envelope gets the empty envelope.
   *
   * @throws CorruptStructure when it is damaged or of another version
   */
  public static MessageStructure decode(byte[] stored) {
    return StructureCodec.decode(stored, MessageEnvelope.EMPTY);
  }

  /** Reads a stored form whose envelope was stored beside. */
  public static MessageStructure decode(byte[] stored, MessageEnvelope envelope) {
    return StructureCodec.decode(stored, envelope);
  }
}
