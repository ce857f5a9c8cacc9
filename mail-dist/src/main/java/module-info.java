/** The server: assembly, configuration files, command line and the JUnit 5 fixture. */
module org.postroom.dist {
  requires org.postroom.core;
  requires org.postroom.storage;
  requires org.postroom.smtp;
  requires org.postroom.pop3;
  requires org.postroom.imap;
  requires static org.jspecify;
}
