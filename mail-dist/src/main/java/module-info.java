/** The server: assembly, configuration files, command line and the JUnit 5 fixture. */
module org.postroom.dist {
  exports org.postroom.dist;
  exports org.postroom.dist.answer;
  exports org.postroom.dist.mailbox;
  exports org.postroom.dist.submit;
  exports org.postroom.testkit;
  exports org.postroom.testkit.fault;
  exports org.postroom.testkit.greenmail;
  exports org.postroom.testkit.wiser;

  opens org.postroom.dist.applet to
      info.picocli;

  // Of the launcher, which configures the log.
  exports org.postroom.dist.log to
      ch.qos.logback.core;

  requires static ch.qos.logback.classic;
  requires static ch.qos.logback.core;
  requires info.picocli;
  requires static jakarta.mail;
  requires jdk.net;
  requires jdk.unsupported;
  requires transitive org.postroom.core;
  requires transitive org.postroom.storage;
  requires org.postroom.smtp;
  requires org.postroom.pop3;
  requires org.postroom.imap;
  requires static org.jspecify;
  requires static org.junit.jupiter.api;
  requires static org.junit.platform.commons;
  requires org.slf4j;
  requires static spring.beans;
  requires static spring.context;
  requires static spring.core;
  requires static spring.test;
}
