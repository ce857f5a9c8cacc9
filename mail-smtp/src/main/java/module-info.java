/** See the package {@code org.postroom.smtp}. */
module org.postroom.smtp {
  exports org.postroom.smtp to
      org.postroom.dist;
  exports org.postroom.smtp.client to
      org.postroom.dist;
  exports org.postroom.smtp.protocol to
      org.postroom.dist;
  exports org.postroom.smtp.server to
      org.postroom.dist;
  exports org.postroom.smtp.subetha;

  requires java.naming;
  requires transitive org.postroom.core;
  requires org.slf4j;
  requires static org.jspecify;
  requires static subethasmtp;
}
