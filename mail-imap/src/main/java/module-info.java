/** See the package {@code org.postroom.imap}. */
module org.postroom.imap {
  requires org.postroom.core;
  requires static org.jspecify;
}
