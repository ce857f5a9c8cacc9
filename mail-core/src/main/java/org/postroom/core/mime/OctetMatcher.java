package org.postroom.core.mime;

/**
 * Looks for an ASCII {@link Needle} right in the octets of a charset with ASCII within, piece by
 * piece: nothing is decoded and, but for the seams, nothing is copied.
 */
final class OctetMatcher {
  /** What must be seen behind a match to know that no diacritic follows. */
  private static final int BEHIND = 3;

  private final Needle needle;
  private final boolean utf8;

  /** The end of what was seen, then the start of the next piece. */
  private final byte[] seam;

  private final int keep;
  private int kept;
  private boolean found;

  OctetMatcher(Needle needle, boolean utf8) {
    this.needle = needle;
    this.utf8 = utf8;
    this.keep = needle.length() - 1 + BEHIND;
    this.seam = new byte[2 * keep];
    this.found = needle.isEmpty();
  }

  boolean found() {
    return found;
  }

  void octets(byte[] b, int off, int len) {
    if (found || needle.isImpossible()) {
      return;
    }
    int start = Math.min(len, keep);
    if (kept > 0) {
      System.arraycopy(b, off, seam, kept, start);
      found = needle.isIn(seam, 0, kept + start, utf8, false);
    }
    if (!found && (len > keep || kept == 0)) {
      found = needle.isIn(b, off, off + len, utf8, false);
    }
    if (len >= keep) {
      System.arraycopy(b, off + len - keep, seam, 0, keep);
      kept = keep;
    } else {
      if (kept == 0) {
        System.arraycopy(b, off, seam, 0, len);
      }
      int all = kept + len;
      kept = Math.min(all, keep);
      System.arraycopy(seam, all - kept, seam, 0, kept);
    }
  }

  boolean finish() {
    if (!found && !needle.isImpossible()) {
      found = needle.isIn(seam, 0, kept, utf8, true);
    }
    return found;
  }
}
