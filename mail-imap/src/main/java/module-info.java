/** See the package {@code org.postroom.imap}. */
module org.postroom.imap {
  exports org.postroom.imap to
      org.postroom.dist;
  exports org.postroom.imap.param to
      org.postroom.dist;
  exports org.postroom.imap.protocol to
      org.postroom.dist;

  requires org.postroom.core;
  requires org.slf4j;
  requires static org.jspecify;
}
