/** POP3; see the package {@code org.postroom.pop3}. */
module org.postroom.pop3 {
  exports org.postroom.pop3 to
      org.postroom.dist;
  exports org.postroom.pop3.param to
      org.postroom.dist;

  requires org.postroom.core;
  requires static org.jspecify;
}
