package org.postroom.core.mime;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the header block of one part says about it (RFC 2045 to 2047, 2183, 2231, 3282). */
final class PartHeader {
  private static final int MAX_PARAMETERS = 128;
  private static final int MAX_PIECES = 256;
  private static final Octets SEVEN_BIT = Octets.latin1("7bit");

  boolean mime;
  private boolean typeSeen;
  private boolean encodingSeen;
  private boolean idSeen;
  private boolean descriptionSeen;
  private boolean md5Seen;
  private boolean dispositionSeen;
  private boolean languageSeen;
  private boolean locationSeen;

  @Nullable Octets type;
  Octets subtype = Octets.EMPTY;
  List<MimeParameter> parameters = List.of();
  @Nullable Octets id;
  @Nullable Octets description;
  Octets encoding = SEVEN_BIT;
  @Nullable Octets md5;
  @Nullable Octets disposition;
  List<MimeParameter> dispositionParameters = List.of();
  List<Octets> languages = List.of();
  @Nullable Octets location;

  private static final byte[] NOTHING = new byte[0];
  private byte[] b = NOTHING;
  private int at;

  /** Octets of strings and lists that are kept, about. */
  private int weight;

  /** How much of a field's beginning {@link #wants} needs to see. */
  static final int NAME = 64;

  private static final List<String> NAMES =
      List.of(
          "from",
          "to",
          "cc",
          "bcc",
          "sender",
          "reply-to",
          "subject",
          "date",
          "message-id",
          "in-reply-to",
          "mime-version");

  /** Whether a field that begins so can say anything here: others need not be kept for it. */
  static boolean wants(byte[] block, int length) {
    int colon = 0;
    while (colon < length && block[colon] != ':') {
      colon++;
    }
    if (colon == length) {
      return false;
    }
    int end = colon;
    while (end > 0 && Ascii.blank(block[end - 1])) {
      end--;
    }
    if (end > 8 && Ascii.equalsIgnoreCase(block, 0, 8, "content-")) {
      return true;
    }
    for (String name : NAMES) {
      if (Ascii.equalsIgnoreCase(block, 0, end, name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Takes one field with its folding.
   *
   * @param whole whether all of it is there, or only the first {@link ScanLimits#FIELD} octets
   * @param envelope where its fields go to when there is one
   */
  void take(byte[] block, int length, boolean whole, @Nullable EnvelopeBuilder envelope) {
    HeaderFields.Walk walk = new HeaderFields.Walk(block, 0, length);
    if (walk.next() && walk.nameLength > 0) {
      field(block, walk, whole, envelope);
      b = NOTHING;
    }
  }

  /** Forgets all but what kind of part it is: there is no room for more. */
  void shorten() {
    parameters = List.of();
    dispositionParameters = List.of();
    languages = List.of();
    id = null;
    description = null;
    md5 = null;
    location = null;
    type = shortened(type);
    subtype = type == null ? Octets.EMPTY : shortened(subtype, Octets.EMPTY);
    disposition = shortened(disposition);
    encoding = shortened(encoding, SEVEN_BIT);
  }

  private static @Nullable Octets shortened(@Nullable Octets token) {
    return token == null || token.length() > NAME ? null : token;
  }

  private static Octets shortened(Octets token, Octets otherwise) {
    return token.length() > NAME ? otherwise : token;
  }

  /** Octets of memory, about. */
  int weight() {
    return weight;
  }

  private Octets kept(Octets value) {
    weight += 40 + value.length();
    return value;
  }

  private List<MimeParameter> kept(List<MimeParameter> parameters) {
    for (MimeParameter parameter : parameters) {
      weight += 24;
      kept(parameter.name());
      kept(parameter.value());
    }
    return parameters;
  }

  private void field(
      byte[] block, HeaderFields.Walk w, boolean whole, @Nullable EnvelopeBuilder envelope) {
    switch (Ascii.lower(block[w.start])) {
      case 'c' -> {
        if (w.nameLength == 2) {
          addresses(block, w, "cc", 6, whole, envelope);
        } else if (w.nameLength > 8 && Ascii.equalsIgnoreCase(block, w.start, 8, "content-")) {
          content(block, w);
        }
      }
      case 'm' -> {
        if (named(block, w, "mime-version")) {
          mime = true;
        }
        text(block, w, "message-id", 9, envelope);
      }
      case 'd' -> text(block, w, "date", EnvelopeBuilder.DATE, envelope);
      case 's' -> {
        text(block, w, "subject", EnvelopeBuilder.SUBJECT, envelope);
        addresses(block, w, "sender", EnvelopeBuilder.SENDER, whole, envelope);
      }
      case 'f' -> addresses(block, w, "from", EnvelopeBuilder.FROM, whole, envelope);
      case 'r' -> addresses(block, w, "reply-to", EnvelopeBuilder.REPLY_TO, whole, envelope);
      case 't' -> addresses(block, w, "to", 5, whole, envelope);
      case 'b' -> addresses(block, w, "bcc", EnvelopeBuilder.BCC, whole, envelope);
      case 'i' -> text(block, w, "in-reply-to", 8, envelope);
      default -> {}
    }
  }

  private static boolean named(byte[] block, HeaderFields.Walk w, String name) {
    return Ascii.equalsIgnoreCase(block, w.start, w.nameLength, name);
  }

  private static void text(
      byte[] block, HeaderFields.Walk w, String name, int field, @Nullable EnvelopeBuilder to) {
    if (to != null && named(block, w, name)) {
      to.text(field, block, w.value, w.end);
    }
  }

  private static void addresses(
      byte[] block,
      HeaderFields.Walk w,
      String name,
      int field,
      boolean whole,
      @Nullable EnvelopeBuilder to) {
    if (to != null && named(block, w, name)) {
      to.addresses(field, block, w.value, w.end, whole);
    }
  }

  /** The first of each Content field wins. */
  private void content(byte[] block, HeaderFields.Walk w) {
    if (!typeSeen && named(block, w, "content-type")) {
      typeSeen = true;
      mime = true;
      open(block, w);
      contentType();
    } else if (!encodingSeen && named(block, w, "content-transfer-encoding")) {
      encodingSeen = true;
      open(block, w);
      Octets token = token(";");
      encoding = token.isEmpty() ? SEVEN_BIT : kept(token);
    } else if (!idSeen && named(block, w, "content-id")) {
      idSeen = true;
      id = unfolded(block, w);
    } else if (!descriptionSeen && named(block, w, "content-description")) {
      descriptionSeen = true;
      description = unfolded(block, w);
    } else if (!md5Seen && named(block, w, "content-md5")) {
      md5Seen = true;
      md5 = unfolded(block, w);
    } else if (!locationSeen && named(block, w, "content-location")) {
      locationSeen = true;
      location = unfolded(block, w);
    } else if (!languageSeen && named(block, w, "content-language")) {
      languageSeen = true;
      open(block, w);
      languages();
    } else if (!dispositionSeen && named(block, w, "content-disposition")) {
      dispositionSeen = true;
      open(block, w);
      Octets token = token(";");
      if (!token.isEmpty()) {
        disposition = kept(token);
        dispositionParameters = kept(parameters());
      }
    }
  }

  private @Nullable Octets unfolded(byte[] block, HeaderFields.Walk w) {
    OctetBuffer out = looked(block, w);
    return out.length == 0 ? null : kept(out.toOctets());
  }

  private static OctetBuffer looked(byte[] block, HeaderFields.Walk w) {
    int end = Math.min(w.end, w.value + ScanLimits.CONTENT_FIELD);
    OctetBuffer out = new OctetBuffer(end - w.value);
    HeaderText.unfold(block, w.value, end, out);
    return out;
  }

  private void open(byte[] block, HeaderFields.Walk w) {
    OctetBuffer out = looked(block, w);
    b = out.toBytes();
    at = 0;
  }

  private void contentType() {
    Octets main = token("/;");
    skipSpace();
    Octets sub = Octets.EMPTY;
    if (at < b.length && b[at] == '/') {
      at++;
      sub = token(";");
    }
    if (main.isEmpty()) {
      return; // as if it were absent
    }
    type = kept(main);
    subtype = kept(sub);
    parameters = kept(parameters());
  }

  private void languages() {
    List<Octets> list = new ArrayList<>();
    while (at < b.length && list.size() < MAX_PARAMETERS) {
      Octets tag = token(",");
      if (!tag.isEmpty()) {
        list.add(kept(tag));
      }
      skipTo(',');
    }
    languages = list;
  }

  private void skipSpace() {
    int depth = 0;
    while (at < b.length) {
      int c = b[at];
      if (c == '(') {
        depth++;
      } else if (depth > 0) {
        if (c == ')') {
          depth--;
        } else if (c == '\\') {
          at++;
        }
      } else if (!Ascii.blank(c)) {
        break;
      }
      at++;
    }
    at = Math.min(at, b.length);
  }

  private Octets token(String stops) {
    skipSpace();
    int start = at;
    while (at < b.length
        && !Ascii.blank(b[at])
        && b[at] != '('
        && b[at] != '"'
        && stops.indexOf(b[at]) < 0) {
      at++;
    }
    return Octets.copyOf(b, start, at - start);
  }

  /** To behind the next stop outside quotes. */
  private void skipTo(int stop) {
    boolean quoted = false;
    while (at < b.length) {
      int c = b[at++];
      if (c == '\\' && quoted) {
        at = Math.min(at + 1, b.length);
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == stop && !quoted) {
        return;
      }
    }
  }

  private List<MimeParameter> parameters() {
    List<MimeParameter> raw = new ArrayList<>();
    skipTo(';');
    while (at < b.length && raw.size() < MAX_PIECES) {
      Octets name = token("=;");
      skipSpace();
      if (at < b.length && b[at] == '=' && !name.isEmpty()) {
        at++;
        raw.add(new MimeParameter(name, value(name)));
      }
      skipTo(';');
    }
    List<MimeParameter> joined = joined(raw);
    return joined.size() > MAX_PARAMETERS ? joined.subList(0, MAX_PARAMETERS) : joined;
  }

  private Octets value(Octets name) {
    while (at < b.length && Ascii.blank(b[at])) {
      at++;
    }
    if (at < b.length && b[at] == '"') {
      at++;
      OctetBuffer out = new OctetBuffer(32);
      while (at < b.length && b[at] != '"') {
        if (b[at] == '\\' && at + 1 < b.length) {
          at++;
        }
        out.add(b[at++]);
      }
      at = Math.min(at + 1, b.length);
      return out.toOctets();
    }
    // Unquoted file names with blanks are too common to be cut at the first one.
    boolean whole = name.equalsIgnoreCase("name") || name.equalsIgnoreCase("filename");
    int start = at;
    while (at < b.length && b[at] != ';' && (whole || !Ascii.blank(b[at]))) {
      at++;
    }
    int end = at;
    while (end > start && Ascii.blank(b[end - 1])) {
      end--;
    }
    return Octets.copyOf(b, start, end - start);
  }

  /** Joins RFC 2231's pieces at the place of the first one; pieces behind a gap stay as written. */
  private static List<MimeParameter> joined(List<MimeParameter> raw) {
    int[] numbers = new int[raw.size()];
    boolean any = false;
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = pieceNumber(raw.get(i).name());
      any |= numbers[i] == 0;
    }
    if (!any) {
      return raw;
    }
    List<MimeParameter> firsts = new ArrayList<>();
    boolean[] used = new boolean[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] == 0) {
        firsts.add(join(raw, numbers, used, i));
      }
    }
    List<MimeParameter> all = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] == 0) {
        all.add(firsts.get(next++));
      } else if (!used[i]) {
        all.add(raw.get(i));
      }
    }
    return all;
  }

  private static MimeParameter join(
      List<MimeParameter> raw, int[] numbers, boolean[] used, int first) {
    String name = raw.get(first).name().latin1();
    String stem = name.substring(0, name.indexOf('*'));
    List<MimeParameter> pieces = new ArrayList<>();
    boolean percent = false;
    int found = first;
    for (int wanted = 1; found >= 0; wanted++) {
      used[found] = true;
      pieces.add(raw.get(found));
      percent |= extended(raw.get(found));
      found = -1;
      for (int j = 0; j < numbers.length && found < 0; j++) {
        if (numbers[j] == wanted && !used[j] && hasStem(raw.get(j).name(), stem)) {
          found = j;
        }
      }
    }
    OctetBuffer value = new OctetBuffer(64);
    for (MimeParameter p : pieces) {
      if (!percent || extended(p)) {
        value.add(p.value().array(), 0, p.value().length());
      } else {
        escape(p.value(), value);
      }
    }
    return new MimeParameter(Octets.latin1(percent ? stem + "*" : stem), value.toOctets());
  }

  private static boolean extended(MimeParameter p) {
    return p.name().at(p.name().length() - 1) == '*';
  }

  private static boolean hasStem(Octets name, String stem) {
    return name.length() > stem.length()
        && name.at(stem.length()) == '*'
        && Ascii.equalsIgnoreCase(name.array(), 0, stem.length(), stem);
  }

  private static void escape(Octets plain, OctetBuffer out) {
    for (int i = 0; i < plain.length(); i++) {
      int c = plain.at(i);
      if (c <= ' ' || c >= 0x7F || "()<>@,;:\\\"/[]?=*'%".indexOf(c) >= 0) {
        out.add('%');
        out.add("0123456789ABCDEF".charAt(c >> 4));
        out.add("0123456789ABCDEF".charAt(c & 15));
      } else {
        out.add(c);
      }
    }
  }

  /** The n of {@code name*n} and {@code name*n*}; -1 for any other name. */
  private static int pieceNumber(Octets name) {
    int i = 0;
    while (i < name.length() && name.at(i) != '*') {
      i++;
    }
    int digits = ++i;
    int number = 0;
    while (i < name.length() && name.at(i) >= '0' && name.at(i) <= '9' && i < digits + 4) {
      number = number * 10 + name.at(i++) - '0';
    }
    boolean whole = i == name.length() || i == name.length() - 1 && name.at(i) == '*';
    boolean leadingZero = i > digits + 1 && name.at(digits) == '0';
    return digits > 1 && i > digits && whole && !leadingZero ? number : -1;
  }
}
