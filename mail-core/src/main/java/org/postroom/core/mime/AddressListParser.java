package org.postroom.core.mime;

/**
 * Reads an address list (RFC 5322, 3.4) leniently into the envelope's stored form. Any octets give
 * some list; nothing is refused.
 */
final class AddressListParser {
  static final Octets NO_HOST = Octets.latin1("MISSING_DOMAIN");
  private static final int GROUP_END = 4;
  static final Octets NO_MAILBOX = Octets.latin1("MISSING_MAILBOX");

  private final byte[] b;
  private final int to;
  private final OctetBuffer out;
  private final int most;
  private int at;
  private boolean inGroup;
  private boolean full;

  private final OctetBuffer phrase = new OctetBuffer(32);
  private final OctetBuffer local = new OctetBuffer(32);
  private final OctetBuffer host = new OctetBuffer(32);
  private final OctetBuffer route = new OctetBuffer(0);
  private final OctetBuffer comment = new OctetBuffer(0);
  private boolean anyWord;
  private boolean sawAt;
  private boolean sawAngle;
  private boolean gap;
  private boolean hostDone;
  private boolean hasComment;

  /**
   * Parses {@code b}.
   *
   * @param most how long {@code out} may become
   */
  AddressListParser(byte[] b, int from, int to, OctetBuffer out, int most) {
    this.b = b;
    this.at = from;
    this.to = to;
    this.out = out;
    this.most = most;
  }

  /**
   * Adds addresses to the list.
   *
   * @param whole whether the field ends where the octets do; the last address of one that was cut
   *     may not be what it seems and is left out
   * @return whether all are there
   */
  boolean parse(boolean whole) {
    while (at < to && !full) {
      int c = b[at];
      if (Ascii.space(c)) {
        gap = true;
        at++;
      } else if (c == '(') {
        comment();
        gap = true;
      } else if (c == ',') {
        at++;
        flush();
      } else if (c == ';') {
        at++;
        flush();
        if (inGroup) {
          groupEnd();
          inGroup = false;
        }
      } else if (c == ':' && !inGroup && !sawAt && !sawAngle) {
        at++;
        groupStart();
      } else if (c == '<' && !sawAngle) {
        at++;
        angle();
      } else {
        word(false);
      }
    }
    if (whole && !full) {
      flush();
    }
    if (inGroup) {
      groupEnd();
    }
    return whole && !full;
  }

  /** Takes back what was written since {@code mark} when there is no room for it. */
  private void keepIfThereIsRoom(int mark) {
    if (out.length > most - (inGroup ? GROUP_END : 0)) {
      out.length = mark;
      full = true;
    }
  }

  /** Between angle brackets: an optional route, then the address. */
  private void angle() {
    sawAngle = true;
    anyWord = true;
    local.clear();
    host.clear();
    sawAt = false;
    gap = false;
    hostDone = false;
    hasComment = false;
    route();
    while (at < to) {
      int c = b[at];
      if (c == '>') {
        at++;
        break;
      }
      if (c == ',' || c == ';') {
        break; // the closing bracket is missing
      }
      if (Ascii.space(c)) {
        gap = true;
        at++;
      } else if (c == '(') {
        comment();
      } else {
        word(true);
      }
    }
    hasComment = false;
    hostDone = true;
  }

  /** {@code @a,@b:}; without the colon it is no route. */
  private void route() {
    int i = at;
    while (i < to && Ascii.space(b[i])) {
      i++;
    }
    if (i >= to || b[i] != '@') {
      return;
    }
    int end = i;
    while (end < to && b[end] != ':' && b[end] != '>') {
      end++;
    }
    if (end >= to || b[end] != ':') {
      return;
    }
    at = i;
    while (at < end) {
      if (b[at] == '(') {
        comment();
      } else {
        if (!Ascii.space(b[at])) {
          route.add(b[at] == 0 ? 0x80 : b[at]);
        }
        at++;
      }
    }
    at = Math.max(at, end + 1);
    if (at > to) {
      at = to;
    }
    hasComment = false;
  }

  private void word(boolean inAngle) {
    int c = b[at];
    if (c == '@') {
      if (sawAngle && !inAngle) {
        at++;
        return;
      }
      phraseAdd('@');
      sawAt = true;
      hasComment = false;
      gap = false;
      at++;
      return;
    }
    boolean ignored = sawAngle && !inAngle; // junk after the bracket
    boolean dot = c == '.';
    if (sawAt && gap && host.length > 0 && !dot && host.bytes[host.length - 1] != '.') {
      hostDone = true;
    }
    if (!ignored && !inAngle && gap && phrase.length > 0) {
      phrase.add(' ');
    }
    if (!ignored
        && !sawAt
        && gap
        && local.length > 0
        && !dot
        && local.bytes[local.length - 1] != '.') {
      local.add(' ');
    }
    gap = false;
    anyWord |= !ignored;
    if (c == '"') {
      quoted(ignored, inAngle);
      return;
    }
    boolean literal = c == '[';
    do {
      if (!ignored) {
        put(b[at], inAngle);
      }
      at++;
      if (at < to && literal && b[at - 1] == ']') {
        break;
      }
    } while (at < to && (literal ? b[at] != '\n' : !ends(b[at], inAngle)));
  }

  private boolean ends(int c, boolean inAngle) {
    return Ascii.space(c)
        || c == '('
        || c == ','
        || c == ';'
        || c == '<'
        || c == '"'
        || c == '@'
        || c == '['
        || c == ':' && !inAngle && !sawAt
        || c == '>' && inAngle;
  }

  private void put(int raw, boolean inAngle) {
    int c = raw == 0 ? 0x80 : raw;
    if (!inAngle) {
      phraseAdd(c);
    }
    if (!sawAt) {
      local.add(c);
    } else if (!hostDone) {
      host.add(c);
    }
  }

  private void phraseAdd(int c) {
    if (!sawAngle) {
      phrase.add(c);
    }
  }

  private void quoted(boolean ignored, boolean inAngle) {
    at++;
    while (at < to && b[at] != '"') {
      int c = b[at];
      if (c == '\\' && at + 1 < to) {
        at++;
        c = b[at];
      }
      at++;
      if (c != '\r' && c != '\n' && !ignored) {
        put(c, inAngle);
      }
    }
    at = Math.min(at + 1, to);
  }

  /** Keeps the text of the last comment: it may be the name (RFC 5322, 3.4, "comment form"). */
  private void comment() {
    comment.clear();
    int depth = 0;
    while (at < to) {
      int c = b[at++];
      if (c == '\\' && at < to) {
        comment.add(b[at++]);
        continue;
      }
      if (c == '(') {
        if (depth++ == 0) {
          continue;
        }
      } else if (c == ')' && --depth == 0) {
        break;
      }
      comment.add(c);
    }
    hasComment = sawAt ? host.length > 0 : local.length > 0;
  }

  private void groupStart() {
    int mark = out.length;
    out.add(0);
    out.add(0);
    writeCollapsed(phrase);
    out.add(0);
    inGroup = true;
    keepIfThereIsRoom(mark);
    inGroup = !full;
    reset();
  }

  private void groupEnd() {
    for (int i = 0; i < GROUP_END; i++) {
      out.add(0);
    }
  }

  private void flush() {
    int mark = out.length;
    if (anyWord || sawAt) {
      if (sawAngle && phrase.length > 0) {
        writeCollapsed(phrase);
      } else if (hasComment) {
        writeCollapsed(comment);
      } else {
        out.add(0);
      }
      if (route.length > 0) {
        MessageEnvelope.write(out, route.bytes, 0, route.length);
      } else {
        out.add(0);
      }
      writeOr(local, NO_MAILBOX);
      writeOr(host, NO_HOST);
    }
    keepIfThereIsRoom(mark);
    reset();
  }

  private void writeOr(OctetBuffer value, Octets missing) {
    if (value.length > 0) {
      MessageEnvelope.write(out, value.bytes, 0, value.length);
    } else {
      MessageEnvelope.write(out, missing.array(), 0, missing.length());
    }
  }

  private void writeCollapsed(OctetBuffer value) {
    OctetBuffer clean = new OctetBuffer(value.length + 1);
    HeaderText.collapse(value.bytes, 0, value.length, clean);
    MessageEnvelope.write(out, clean.bytes, 0, clean.length);
  }

  private void reset() {
    phrase.clear();
    local.clear();
    host.clear();
    route.clear();
    comment.clear();
    anyWord = false;
    sawAt = false;
    sawAngle = false;
    gap = false;
    hostDone = false;
    hasComment = false;
  }
}
