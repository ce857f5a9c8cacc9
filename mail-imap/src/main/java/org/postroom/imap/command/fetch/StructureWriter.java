package org.postroom.imap.command.fetch;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mime.EmbeddedMessage;
import org.postroom.core.mime.MessageEnvelope;
import org.postroom.core.mime.MimeParameter;
import org.postroom.core.mime.MimePart;
import org.postroom.core.mime.Octets;
import org.postroom.imap.protocol.ImapWriter;

/** Writes ENVELOPE, BODY and BODYSTRUCTURE (RFC 9051, 7.5.2). */
final class StructureWriter {
  private StructureWriter() {}

  static void envelope(MessageEnvelope envelope, ImapWriter out) {
    out.octet('(');
    envelope.accept(new Fields(out));
    out.octet(')');
  }

  /** One space between the ten fields and between an address's four, none between addresses. */
  private static final class Fields implements MessageEnvelope.Visitor {
    private final ImapWriter out;
    private boolean spaced = true;

    Fields(ImapWriter out) {
      this.out = out;
    }

    private void separate() {
      if (!spaced) {
        out.space();
      }
      spaced = false;
    }

    @Override
    public void nil() {
      separate();
      out.nil();
    }

    @Override
    public void string(byte[] octets, int offset, int length, MessageEnvelope.Kind kind) {
      separate();
      if (kind == MessageEnvelope.Kind.PLAIN && length <= 4096) {
        out.plain(octets, offset, length);
      } else {
        out.string(octets, offset, length);
      }
    }

    @Override
    public void beginList() {
      separate();
      out.octet('(');
    }

    @Override
    public void endList() {
      out.octet(')');
      spaced = false;
    }

    @Override
    public void beginAddress() {
      out.octet('(');
      spaced = true;
    }

    @Override
    public void endAddress() {
      out.octet(')');
      spaced = true;
    }
  }

  /** The tree's depth is bounded by who scanned it. */
  static void body(MimePart part, boolean extended, ImapWriter out) {
    out.octet('(');
    if (part.isMultipart()) {
      for (MimePart child : part.children()) {
        body(child, extended, out);
      }
      string(part.subtype(), out.space());
      if (extended) {
        parameters(part.parameters(), false, out.space());
        extension(part, out);
      }
    } else {
      leaf(part, extended, out);
    }
    out.octet(')');
  }

  private static void leaf(MimePart part, boolean extended, ImapWriter out) {
    string(part.type(), out);
    string(part.subtype(), out.space());
    parameters(
        part.parameters(), part.isText() && part.parameter("charset").isEmpty(), out.space());
    nstring(part.idOrNull(), out.space());
    nstring(part.descriptionOrNull(), out.space());
    string(part.encoding(), out.space());
    out.space().number(part.bodyLength());
    EmbeddedMessage inner = part.embeddedOrNull();
    if (inner != null) {
      envelope(inner.envelope(), out.space());
      body(inner.root(), extended, out.space());
      out.space().number(part.lines());
    } else if (part.isText()) {
      out.space().number(part.lines());
    }
    if (extended) {
      nstring(part.md5OrNull(), out.space());
      extension(part, out);
    }
  }

  private static void extension(MimePart part, ImapWriter out) {
    Octets disposition = part.dispositionOrNull();
    if (disposition == null) {
      out.space().nil();
    } else {
      string(disposition, out.space().octet('('));
      parameters(part.dispositionParameters(), false, out.space());
      out.octet(')');
    }
    if (part.languages().isEmpty()) {
      out.space().nil();
    } else {
      out.space().octet('(');
      for (int i = 0; i < part.languages().size(); i++) {
        string(part.languages().get(i), i > 0 ? out.space() : out);
      }
      out.octet(')');
    }
    nstring(part.locationOrNull(), out.space());
  }

  private static void parameters(
      List<MimeParameter> parameters, boolean addCharset, ImapWriter out) {
    if (parameters.isEmpty() && !addCharset) {
      out.nil();
      return;
    }
    out.octet('(');
    boolean first = true;
    for (MimeParameter parameter : parameters) {
      string(parameter.name(), first ? out : out.space());
      string(parameter.value(), out.space());
      first = false;
    }
    if (addCharset) {
      out.ascii(first ? "\"charset\" \"us-ascii\"" : " \"charset\" \"us-ascii\"");
    }
    out.octet(')');
  }

  private static void nstring(@Nullable Octets value, ImapWriter out) {
    if (value == null) {
      out.nil();
    } else {
      string(value, out);
    }
  }

  private static void string(Octets value, ImapWriter out) {
    out.string(value.toBytes());
  }
}
