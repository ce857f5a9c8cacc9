package org.postroom.testkit.fault;

/** Finds the dot that ends content (RFC 5321, 4.1.1.4), however it is cut. One session's own. */
final class Dots {
  /** Of a dot with its line's end. */
  static final int LENGTH = 3;

  private boolean isAtLineStart;
  private boolean endedWithCr;
  private boolean isNext;

  /** Content begins. */
  void begin() {
    isAtLineStart = true;
    endedWithCr = false;
    isNext = false;
  }

  /** Whether the dot comes behind those octets that may pass. */
  boolean isNext() {
    return isNext;
  }

  /** How many octets may pass: all, or those before what may be the dot. */
  int before(Octets heard) {
    int at = 0;
    for (int lf = heard.indexOf('\n', 0); lf >= 0; lf = heard.indexOf('\n', at)) {
      if (isAtLineStart && lf == at + 2 && heard.at(at) == '.' && heard.at(at + 1) == '\r') {
        isNext = true;
        return at;
      }
      isAtLineStart = lf > 0 ? heard.at(lf - 1) == '\r' : endedWithCr;
      at = lf + 1;
    }
    if (!mayBeDot(heard, at)) {
      isAtLineStart = false;
      at = heard.size();
    }
    if (at > 0) {
      endedWithCr = heard.at(at - 1) == '\r';
    }
    return at;
  }

  private boolean mayBeDot(Octets heard, int at) {
    int rest = heard.size() - at;
    return isAtLineStart
        && rest < LENGTH
        && (rest < 1 || heard.at(at) == '.')
        && (rest < 2 || heard.at(at + 1) == '\r');
  }
}
