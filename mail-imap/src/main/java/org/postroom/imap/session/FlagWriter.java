package org.postroom.imap.session;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;
import org.postroom.imap.protocol.ImapWriter;

/** Writes flag lists; the combinations of system flags are made once. */
public final class FlagWriter {
  private static final String[] NAMES = {
    "\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "\\Recent"
  };
  private static final int RECENT = 1 << 5;
  private static final byte[][] SYSTEM = new byte[64][];

  static {
    for (int set = 0; set < SYSTEM.length; set++) {
      StringBuilder text = new StringBuilder();
      for (int bit = 0; bit < NAMES.length; bit++) {
        if ((set & 1 << bit) != 0) {
          text.append(text.length() > 0 ? " " : "").append(NAMES[bit]);
        }
      }
      SYSTEM[set] = text.toString().getBytes(US_ASCII);
    }
  }

  private FlagWriter() {}

  /** Writes the list in its parentheses. */
  public static void write(ImapWriter out, Flags flags, boolean recent) {
    byte[] system = SYSTEM[(int) flags.system() | (recent ? RECENT : 0)];
    out.octet('(').raw(system, 0, system.length);
    boolean first = system.length == 0;
    for (Keyword keyword : flags.keywords()) {
      if (!first) {
        out.space();
      }
      first = false;
      out.ascii(keyword.name());
    }
    out.octet(')');
  }
}
