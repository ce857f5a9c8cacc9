package org.postroom.core.mime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stored form of a structure. Recursion is bounded by the scanner's depth limit. */
final class StructureCodec {
  private static final int VERSION = 1;

  /** Strings that get a number. Only ever appended to; a changed order is a new version. */
  private static final List<Octets> WORDS =
      List.of(
              ("text plain html multipart mixed alternative related signed report application"
                      + " octet-stream message rfc822 charset us-ascii utf-8 UTF-8 iso-8859-1"
                      + " ISO-8859-1 boundary 7bit 8bit base64 quoted-printable attachment inline"
                      + " filename name format flowed delsp yes image png jpeg gif pdf"
                      + " delivery-status protocol micalg pgp-signature calendar method REQUEST"
                      + " US-ASCII 7Bit windows-1252 size")
                  .split(" "))
          .stream()
          .map(Octets::latin1)
          .toList();

  private static final Map<Octets, Integer> NUMBERS = numbers();

  private StructureCodec() {}

  private static Map<Octets, Integer> numbers() {
    Map<Octets, Integer> numbers = new HashMap<>();
    for (int i = 0; i < WORDS.size(); i++) {
      numbers.put(WORDS.get(i), i);
    }
    return Map.copyOf(numbers);
  }

  static byte[] encode(MessageStructure s, boolean withEnvelope) {
    OctetBuffer out = new OctetBuffer(128);
    out.add(VERSION);
    out.add((s.hasNul() ? 1 : 0) | (s.has8Bit() ? 2 : 0) | (withEnvelope ? 4 : 0));
    out.addNumber(s.size());
    if (withEnvelope) {
      envelope(s.envelope(), out);
    }
    part(s.root(), 0, out);
    return out.toBytes();
  }

  private static void envelope(MessageEnvelope e, OctetBuffer out) {
    byte[] stored = e.stored();
    out.addNumber(stored.length);
    out.add(stored, 0, stored.length);
  }

  private static void part(MimePart p, long base, OctetBuffer out) {
    string(p.type(), out);
    string(p.subtype(), out);
    parameters(p.parameters(), out);
    string(p.encoding(), out);
    boolean more =
        p.idOrNull() != null
            || p.descriptionOrNull() != null
            || p.md5OrNull() != null
            || p.dispositionOrNull() != null
            || p.locationOrNull() != null
            || !p.languages().isEmpty();
    EmbeddedMessage inner = p.embeddedOrNull();
    out.add((more ? 1 : 0) | (inner != null ? 2 : 0));
    if (more) {
      string(p.idOrNull(), out);
      string(p.descriptionOrNull(), out);
      string(p.md5OrNull(), out);
      string(p.dispositionOrNull(), out);
      parameters(p.dispositionParameters(), out);
      out.addNumber(p.languages().size());
      for (Octets language : p.languages()) {
        string(language, out);
      }
      string(p.locationOrNull(), out);
    }
    out.addNumber(p.headerOffset() - base);
    out.addNumber(p.headerLength());
    out.addNumber(p.bodyLength());
    out.addNumber(p.lines());
    out.addNumber(p.children().size());
    for (MimePart child : p.children()) {
      part(child, p.bodyOffset(), out);
    }
    if (inner != null) {
      envelope(inner.envelope(), out);
      part(inner.root(), p.bodyOffset(), out);
    }
  }

  private static void parameters(List<MimeParameter> parameters, OctetBuffer out) {
    out.addNumber(parameters.size());
    for (MimeParameter p : parameters) {
      string(p.name(), out);
      string(p.value(), out);
    }
  }

  /** 0 is none, odd a known word, even a length. */
  private static void string(@Nullable Octets s, OctetBuffer out) {
    if (s == null) {
      out.add(0);
      return;
    }
    Integer number = NUMBERS.get(s);
    if (number != null) {
      out.addNumber(number * 2L + 1);
    } else {
      out.addNumber(s.length() * 2L + 2);
      out.add(s.array(), 0, s.length());
    }
  }

  static MessageStructure decode(byte[] stored, MessageEnvelope beside) {
    StoredForm in = new StoredForm(stored, 0, stored.length);
    if (in.octet() != VERSION) {
      throw new CorruptStructure("Not a structure of version " + VERSION);
    }
    int flags = in.octet();
    long size = in.number();
    MessageEnvelope envelope = (flags & 4) != 0 ? envelope(in) : beside;
    MimePart root = part(in, 0, 0);
    return new MessageStructure(size, (flags & 1) != 0, (flags & 2) != 0, envelope, root);
  }

  private static MessageEnvelope envelope(StoredForm in) {
    int length = in.length(in.number());
    byte[] bytes = Arrays.copyOfRange(in.bytes, in.at, in.at + length);
    in.at += length;
    return MessageEnvelope.decode(bytes);
  }

  private static MimePart part(StoredForm in, long base, int depth) {
    if (depth > ScanLimits.DEPTH) {
      throw new CorruptStructure("Nested too deep");
    }
    Octets type = required(in);
    Octets subtype = required(in);
    List<MimeParameter> parameters = parameters(in);
    Octets encoding = required(in);
    int flags = in.octet();
    Octets id = null;
    Octets description = null;
    Octets md5 = null;
    Octets disposition = null;
    Octets location = null;
    List<MimeParameter> dispositionParameters = List.of();
    List<Octets> languages = new ArrayList<>();
    if ((flags & 1) != 0) {
      id = string(in);
      description = string(in);
      md5 = string(in);
      disposition = string(in);
      dispositionParameters = parameters(in);
      int n = in.length(in.number());
      for (int i = 0; i < n; i++) {
        languages.add(required(in));
      }
      location = string(in);
    }
    long headerOffset = base + in.number();
    long headerLength = in.number();
    long bodyLength = in.number();
    long lines = in.number();
    int n = in.length(in.number());
    List<MimePart> children = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      children.add(part(in, headerOffset + headerLength, depth + 1));
    }
    EmbeddedMessage inner = null;
    if ((flags & 2) != 0) {
      MessageEnvelope envelope = envelope(in);
      inner = new EmbeddedMessage(envelope, part(in, headerOffset + headerLength, depth + 1));
    }
    return new MimePart(
        type,
        subtype,
        parameters,
        id,
        description,
        encoding,
        md5,
        disposition,
        dispositionParameters,
        languages,
        location,
        headerOffset,
        headerLength,
        bodyLength,
        lines,
        children,
        inner);
  }

  private static List<MimeParameter> parameters(StoredForm in) {
    int n = in.length(in.number());
    List<MimeParameter> parameters = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Octets name = required(in);
      parameters.add(new MimeParameter(name, required(in)));
    }
    return parameters;
  }

  private static Octets required(StoredForm in) {
    Octets s = string(in);
    if (s == null) {
      throw new CorruptStructure("A string is missing");
    }
    return s;
  }

  private static @Nullable Octets string(StoredForm in) {
    long head = in.number();
    if (head == 0) {
      return null;
    }
    if ((head & 1) != 0) {
      long number = head >> 1;
      if (number >= WORDS.size()) {
        throw new CorruptStructure("Unknown word " + number);
      }
      return WORDS.get((int) number);
    }
    int length = in.length((head - 2) >> 1);
    Octets s = Octets.copyOf(in.bytes, in.at, length);
    in.at += length;
    return s;
  }
}
