package org.postroom.imap.command.fetch;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.Content;
import org.postroom.core.mime.EmbeddedMessage;
import org.postroom.core.mime.HeaderFields;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.MimePart;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.ContentLiteral;
import org.postroom.imap.protocol.ImapWriter;

/** Finds a section's octets in a message. */
final class SectionReader {
  /** Of a header block, so much is read for HEADER.FIELDS. */
  private static final int MAX_HEADER = 10 << 20;

  private SectionReader() {}

  /** Octets of the content from {@code from} on. */
  private record Range(long from, long length) {}

  /**
   * Writes an item's name, and what it is while that is short.
   *
   * @param structure needed unless the item is the whole message
   * @return the literal that is to follow
   */
  static Saying write(
      FetchItem.Octets item,
      long size,
      @Nullable MessageStructure structure,
      Content content,
      ImapWriter out) {
    Section section = item.section();
    out.ascii(item.name()).space();
    if (section.equals(Section.WHOLE)) {
      return range(item, new Range(0, size), content, true, out);
    }
    if (structure == null) {
      throw new IllegalStateException("no structure for " + item.name());
    }
    Range range = find(section, structure);
    if (range == null) {
      out.nil();
      return Saying.NOTHING;
    }
    if (section.fields().isEmpty()) {
      return range(item, range, content, structure.hasNul(), out);
    }
    HeaderFields header = HeaderFields.of(read(content, range));
    boolean wanted = section.text() == Section.Text.HEADER_FIELDS;
    byte[] fields = wanted ? header.fields(section.fields()) : header.fieldsNot(section.fields());
    return range(item, new Range(0, fields.length), Content.of(fields), true, out);
  }

  private static Saying range(
      FetchItem.Octets item, Range range, Content content, boolean mayHaveNul, ImapWriter out) {
    long from = Math.min(Math.max(item.from(), 0), range.length);
    long count = Math.min(item.count(), range.length - from);
    if (count == 0) {
      out.ascii("\"\"");
      return Saying.NOTHING;
    }
    return new ContentLiteral(out, content, range.from + from, count, mayHaveNul);
  }

  static byte[] read(Content content, long from, long length) {
    return read(content, new Range(from, length));
  }

  private static byte[] read(Content content, Range range) {
    byte[] octets = new byte[(int) Math.min(range.length, MAX_HEADER)];
    ByteBuffer target = ByteBuffer.wrap(octets);
    while (target.hasRemaining() && content.read(range.from + target.position(), target) > 0) {}
    return octets;
  }

  private static @Nullable Range find(Section section, MessageStructure structure) {
    if (section.part().isEmpty()) {
      return inMessage(section.text(), structure.root());
    }
    MimePart part = structure.part(section.numbers()).orElse(null);
    if (part == null) {
      return null;
    }
    // The one part of a message that is no multipart is its body (RFC 9051, 6.4.5.1).
    if (section.text() == Section.Text.ALL) {
      return new Range(part.bodyOffset(), part.bodyLength());
    }
    if (section.text() == Section.Text.MIME) {
      return new Range(part.headerOffset(), part.headerLength());
    }
    EmbeddedMessage inner = part.embeddedOrNull();
    return inner == null ? null : inMessage(section.text(), inner.root());
  }

  private static Range inMessage(Section.Text text, MimePart root) {
    return switch (text) {
      case ALL, MIME -> new Range(root.headerOffset(), root.length());
      case TEXT -> new Range(root.bodyOffset(), root.bodyLength());
      case HEADER, HEADER_FIELDS, HEADER_FIELDS_NOT ->
          new Range(root.headerOffset(), root.headerLength());
    };
  }
}
