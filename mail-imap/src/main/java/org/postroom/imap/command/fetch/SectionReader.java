package org.postroom.imap.command.fetch;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.Content;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mime.EmbeddedMessage;
import org.postroom.core.mime.HeaderFields;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.MimePart;
import org.postroom.imap.protocol.ImapWriter;

/** Finds a section's octets in a message and writes them. */
final class SectionReader {
  /** Of a header block, so much is read for HEADER.FIELDS. */
  private static final int MAX_HEADER = 10 << 20;

  private SectionReader() {}

  /** Octets of the content from {@code from} on. */
  private record Range(long from, long length) {}

  static void write(FetchItem.Octets item, MessageRow row, Content content, ImapWriter out) {
    Section section = item.section();
    out.ascii(item.name()).space();
    if (section.equals(Section.WHOLE)) {
      range(item, new Range(0, row.size()), content, true, out);
      return;
    }
    MessageStructure structure = row.structure();
    Range range = find(section, structure);
    if (range == null) {
      out.nil();
    } else if (section.fields().isEmpty()) {
      range(item, range, content, structure.hasNul(), out);
    } else {
      HeaderFields header = HeaderFields.of(read(content, range));
      boolean wanted = section.text() == Section.Text.HEADER_FIELDS;
      byte[] fields = wanted ? header.fields(section.fields()) : header.fieldsNot(section.fields());
      octets(item, fields, out);
    }
  }

  private static void range(
      FetchItem.Octets item, Range range, Content content, boolean mayHaveNul, ImapWriter out) {
    long from = Math.min(Math.max(item.from(), 0), range.length);
    long count = Math.min(item.count(), range.length - from);
    if (count == 0) {
      out.ascii("\"\"");
    } else {
      out.literal(content, range.from + from, count, mayHaveNul);
    }
  }

  private static void octets(FetchItem.Octets item, byte[] octets, ImapWriter out) {
    int from = (int) Math.min(Math.max(item.from(), 0), octets.length);
    int count = (int) Math.min(item.count(), octets.length - from);
    if (count == 0) {
      out.ascii("\"\"");
      return;
    }
    for (int i = from; i < from + count; i++) {
      if (octets[i] == 0) {
        octets[i] = (byte) 0x80;
      }
    }
    out.literal(count).raw(octets, from, count);
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
