package org.postroom.smtp.server;

import org.postroom.core.wire.Line;
import org.postroom.smtp.protocol.BadCommand;

/** What a command line must be before it is read at all. */
final class CommandText {
  private CommandText() {}

  /**
   * The text of {@code line}.
   *
   * @param limit octets it may have; AUTH, whose first answer may stand in the line, may have more
   * @throws BadCommand when it is too long or has control characters in it
   */
  static String of(Line line, int limit) {
    byte[] octets = line.octets();
    if (line.end() == Line.End.TOO_LONG || (octets.length > limit && !isAuth(octets))) {
      throw new BadCommand(500, "5.5.2", "Error: line too long");
    }
    boolean ascii = true;
    for (byte octet : octets) {
      if (octet >= 0 && octet < ' ' && octet != '\t' || octet == 0x7F) {
        throw new BadCommand(500, "5.5.2", "Error: bad syntax: control characters");
      }
      ascii &= octet >= 0;
    }
    return ascii ? line.latin1() : line.utf8();
  }

  private static boolean isAuth(byte[] octets) {
    return (octets[0] | 0x20) == 'a'
        && (octets[1] | 0x20) == 'u'
        && (octets[2] | 0x20) == 't'
        && (octets[3] | 0x20) == 'h'
        && octets[4] == ' ';
  }
}
