package org.postroom.core.policy;

/** What a restriction says. */
public sealed interface Verdict {

  /** Permitted as far as this list is concerned; later lists are still asked. */
  record Ok() implements Verdict {}

  /** Nothing; the next restriction is asked. */
  record Dunno() implements Verdict {}

  /** Refused, for now (4xx) or for good (5xx). */
  record Reject(int code, String status, String text) implements Verdict {
    public Reject {
      if (code < 400 || code > 599 || status.charAt(0) - '0' != code / 100) {
        throw new IllegalArgumentException("not a refusal: " + code + " " + status);
      }
    }

    /** With the class of the status made that of the code. */
    static Reject of(int code, String statusTail, String text) {
      return new Reject(code, code / 100 + statusTail, text);
    }

    @Override
    public String toString() {
      return code + " " + status + " " + text;
    }
  }

  Verdict OK = new Ok();
  Verdict DUNNO = new Dunno();
}
