package org.postroom.core.restriction;

/** What a restriction says. */
public sealed interface Verdict {

  /**
   * Permitted as far as this list is concerned; later lists are still asked.
   *
   * @param proven whether it rests on who the client is, and not on what it claims or what others
   *     say: only such a permission opens the relay
   */
  record Ok(boolean proven) implements Verdict {}

  /** Nothing; the next restriction is asked. */
  record Dunno() implements Verdict {}

  /** Refused, for now (4xx) or for good (5xx). */
  record Reject(int code, String status, String text) implements Verdict {
    private static final int MOST_OCTETS = 500;

    public Reject {
      if (code < 400 || code > 599 || status.charAt(0) - '0' != code / 100) {
        throw new IllegalArgumentException("not a refusal: " + code + " " + status);
      }
      text = printable(text);
    }

    /** With the class of the status made that of the code. */
    public static Reject of(int code, String statusTail, String text) {
      return new Reject(code, code / 100 + statusTail, text);
    }

    private static String printable(String text) {
      StringBuilder line = new StringBuilder(text);
      for (int i = 0; i < line.length(); i++) {
        if (line.charAt(i) < ' ' || line.charAt(i) == 0x7F) {
          line.setCharAt(i, ' ');
        }
      }
      int octets = 0;
      int end = 0;
      while (end < line.length()) {
        int point = line.codePointAt(end);
        octets += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
        if (octets > MOST_OCTETS) {
          break;
        }
        end += Character.charCount(point);
      }
      return line.substring(0, end);
    }

    @Override
    public String toString() {
      return code + " " + status + " " + text;
    }
  }

  /** Could not be decided, might have refused: refuses for now if everything else permits. */
  record DeferIfPermit(Reject reply) implements Verdict {}

  /** Could not be decided, might have permitted: refuses for now what would be refused for good. */
  record DeferIfReject(Reject reply) implements Verdict {}

  /** Our configuration, or what it rests on, is at fault; no warning can be made of it. */
  record Fault(Reject reply) implements Verdict {}

  /**
   * The mail is to be treated so if it is taken; the next restriction is asked.
   *
   * @param said for the log
   */
  record Treat(Consequence how, String said) implements Verdict {}

  /**
   * Other restrictions are asked: a table has their names as its value.
   *
   * @param restrictions as the value has them
   * @param subject what replies are about
   * @param worth of a permission among them
   */
  record Refer(String restrictions, Subject subject, Worth worth) implements Verdict {}

  /** What the permission is worth that somebody gives, by what it rests on. */
  enum Worth {
    /** Who the client is: it opens the relay. */
    PROVEN,
    /** What somebody claims: it does not. */
    CLAIMED,
    /** What anybody can write into the DNS: it is a fault of the configuration. */
    NONE;

    /** The permission itself. */
    public Verdict permission() {
      return switch (this) {
        case PROVEN -> Verdict.PROVEN;
        case CLAIMED -> Verdict.OK;
        case NONE -> Verdict.MISCONFIGURED;
      };
    }
  }

  /** Permits because of what somebody claims; does not open the relay. */
  Verdict OK = new Ok(false);

  /** Permits because of who the client is. */
  Verdict PROVEN = new Ok(true);

  Verdict DUNNO = new Dunno();

  /** What the client hears of a configuration that cannot be obeyed. */
  Verdict MISCONFIGURED = new Fault(Reject.of(451, ".3.5", "Server configuration error"));
}
