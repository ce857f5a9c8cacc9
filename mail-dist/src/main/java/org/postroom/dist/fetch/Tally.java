package org.postroom.dist.fetch;

/**
 * What a round came to.
 *
 * @param fetched messages that are here now
 * @param removed messages that were removed there
 * @param left messages that stay there although they were to be fetched
 * @param goesOn whether more are there that may be fetched at once
 */
record Tally(int fetched, int removed, int left, boolean goesOn) {
  boolean isNothing() {
    return fetched == 0 && removed == 0 && left == 0;
  }

  @Override
  public String toString() {
    return "fetched=" + fetched + ", removed=" + removed + ", left=" + left;
  }
}
