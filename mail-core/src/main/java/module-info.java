/** The domain words, policy, the way of a mail, the seams, configuration and the wire. */
module org.postroom.core {
  exports org.postroom.core.address;
  exports org.postroom.core.dns;
  exports org.postroom.core.time;
  exports org.postroom.core.wire;

  requires static org.jspecify;
  requires org.slf4j;
}
