package org.postroom.dist.applet.move;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.dist.files.MailFile;

/**
 * The text of a message as an mbox has it: lines end with a LF, fields of our own stand at the end
 * of its header in the place of those that it may have brought, and a line of the body that begins
 * with {@code From }, or with that quoted, has one {@code >} more (mboxrd).
 *
 * <p>Streams: no more is held than the beginning of a line.
 */
final class MboxMessage {
  /** Names of fields are decided upon within so many octets. */
  private static final int LONGEST_NAME = 1000;

  private static final String FROM = "From ";
  private static final Pattern FIELD = Pattern.compile("([!-9;-~]+)[ \\t]*:.*", Pattern.DOTALL);

  /** In a body it has one more of them. */
  private static final Pattern QUOTED = Pattern.compile(">+From ");

  /** A name whose colon may come yet. */
  private static final Pattern NAME = Pattern.compile("[!-9;-~]+[ \\t]*");

  /** Where it goes. */
  interface Target {
    void put(byte[] octets, int length) throws IOException;
  }

  private final String fields;
  private final Target target;
  private final byte[] head = new byte[LONGEST_NAME];
  private final Set<String> lost = new TreeSet<>();
  private final byte[] out = new byte[1 << 13];
  private int used;
  private int held;
  private boolean isHeader = true;
  private boolean isFirst = true;
  private boolean isLineStart = true;
  private boolean drops;
  private boolean isFieldLeftOut;
  private boolean owesCr;
  private byte last = '\n';
  private byte lastPut = '\n';

  /**
   * Begins it.
   *
   * @param fields of our own, each with its line end
   */
  MboxMessage(String fields, Target target) {
    this.fields = fields;
    this.target = target;
  }

  void write(byte[] octets) throws IOException {
    for (byte octet : octets) {
      last = octet;
      if (owesCr) {
        owesCr = false;
        if (octet != '\n') {
          lost.add("a CR alone, which becomes a space");
          line((byte) '\r');
        }
      } else if (octet == '\n') {
        lost.add("a LF alone, which gets a CR");
      }
      if (octet == '\r') {
        owesCr = true;
      } else {
        line(octet);
      }
    }
    flush();
  }

  /** It is whole. */
  void finish() throws IOException {
    if (owesCr) {
      lost.add("a CR alone, which becomes a space");
      line((byte) '\r');
    }
    decide();
    if (last != '\n') {
      lost.add("its last line has no end, and gets one");
    }
    if (lastPut != '\n') {
      put('\n');
    }
    put(isHeader ? fields : "\n");
    flush();
  }

  /** What cannot be read back as it was. */
  Optional<String> lost() {
    return lost.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", lost));
  }

  private void line(byte octet) throws IOException {
    if (!isLineStart) {
      if (!drops) {
        put(octet);
      }
      isLineStart = octet == '\n';
      return;
    }
    if (!isHeader && held == 0 && octet == '>') {
      put(octet); // one more before From is one more at the beginning
      return;
    }
    head[held++] = octet;
    boolean isDecided =
        octet == '\n' || held == head.length || (isHeader ? octet == ':' : !mayBeFrom());
    if (isDecided) {
      decide();
      isLineStart = octet == '\n';
    }
  }

  private boolean mayBeFrom() {
    return held < FROM.length() && FROM.startsWith(new String(head, 0, held, ISO_8859_1));
  }

  /** The beginning of a line is known, as far as it matters. */
  private void decide() throws IOException {
    if (held == 0) {
      return;
    }
    String start = new String(head, 0, held, ISO_8859_1);
    drops = false;
    if (isHeader) {
      header(start);
    }
    if (!isHeader && start.equals(FROM)) {
      put('>');
    }
    if (!drops) {
      for (int i = 0; i < held; i++) {
        put(head[i]);
      }
    }
    held = 0;
    isFirst = false;
  }

  private void header(String start) throws IOException {
    if (start.startsWith(FROM) || start.startsWith(">" + FROM)) {
      leaveOut("a line of its header that begins with From");
      return;
    }
    if (start.equals("\n")) {
      endHeader();
      return;
    }
    if (start.startsWith(" ") || start.startsWith("\t")) {
      if (isFirst) {
        leaveOut("its first line goes on with one that is not there");
      } else {
        drops = isFieldLeftOut;
      }
      return;
    }
    isFieldLeftOut = false;
    if (start.length() == head.length && NAME.matcher(start).matches()) {
      // Whoever reads more of it might take it for a field, and what follows for a header.
      leaveOut("a field whose name has more than " + LONGEST_NAME + " octets");
      return;
    }
    Matcher field = FIELD.matcher(start);
    if (!field.matches()) {
      endHeader();
      if (QUOTED.matcher(start).lookingAt()) {
        put('>');
      }
    } else if (MailFile.isKeptByPrograms(field.group(1))) {
      leaveOut("fields that an mbox keeps for itself (" + field.group(1) + ")");
    }
  }

  private void leaveOut(String what) {
    drops = true;
    isFieldLeftOut = true;
    lost.add(what + ", which is left out");
  }

  private void endHeader() throws IOException {
    put(fields);
    isHeader = false;
  }

  private void put(String text) throws IOException {
    for (byte octet : text.getBytes(ISO_8859_1)) {
      put(octet);
    }
  }

  private void put(int octet) throws IOException {
    if (used == out.length) {
      flush();
    }
    lastPut = (byte) octet;
    out[used++] = lastPut;
  }

  private void flush() throws IOException {
    target.put(out, used);
    used = 0;
  }
}
