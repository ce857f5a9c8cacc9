package org.postroom.core.flow;

/**
 * A way of mail as parameters and transport(5) write it, {@code transport:nexthop}. Either may be
 * empty: then it is another's to say.
 */
record Way(String transport, String nextHop) {

  /** What is behind the first colon is the next hop; without a colon it is a transport alone. */
  static Way parse(String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? new Way(text.strip(), "")
        : new Way(text.substring(0, colon).strip(), text.substring(colon + 1).strip());
  }

  /** The same to {@code hop} where it does not say itself where to. */
  Way orTo(String hop) {
    return nextHop.isEmpty() ? new Way(transport, hop) : this;
  }

  @Override
  public String toString() {
    return transport + ":" + nextHop;
  }
}
