/** The domain words, policy, the way of a mail, the seams, configuration and the wire. */
module org.postroom.core {
  exports org.postroom.core.address;
  exports org.postroom.core.arrival to
      org.postroom.dist,
      org.postroom.imap,
      org.postroom.smtp,
      org.postroom.storage;
  exports org.postroom.core.auth to
      org.postroom.dist,
      org.postroom.imap,
      org.postroom.pop3,
      org.postroom.smtp,
      org.postroom.storage;
  exports org.postroom.core.auth.scheme to
      org.postroom.dist;
  exports org.postroom.core.auth.source to
      org.postroom.dist;
  exports org.postroom.core.auth.token to
      org.postroom.dist;
  exports org.postroom.core.config to
      org.postroom.dist,
      org.postroom.imap,
      org.postroom.pop3,
      org.postroom.smtp,
      org.postroom.storage;
  exports org.postroom.core.delivery;
  exports org.postroom.core.dns;
  exports org.postroom.core.dns.lookup to
      org.postroom.dist,
      org.postroom.smtp;
  exports org.postroom.core.door;
  exports org.postroom.core.fact;
  exports org.postroom.core.filter;
  exports org.postroom.core.filter.check to
      org.postroom.dist,
      org.postroom.smtp;
  exports org.postroom.core.flow to
      org.postroom.dist,
      org.postroom.smtp;
  exports org.postroom.core.inquiry to
      org.postroom.smtp;
  exports org.postroom.core.json to
      org.postroom.dist,
      org.postroom.smtp;
  exports org.postroom.core.life;
  exports org.postroom.core.log to
      org.postroom.dist,
      org.postroom.imap,
      org.postroom.pop3,
      org.postroom.smtp;
  exports org.postroom.core.machine to
      org.postroom.dist,
      org.postroom.storage;
  exports org.postroom.core.mail;
  exports org.postroom.core.mailbox to
      org.postroom.dist,
      org.postroom.imap,
      org.postroom.pop3,
      org.postroom.storage;
  exports org.postroom.core.memo to
      org.postroom.smtp,
      org.postroom.storage;
  exports org.postroom.core.memory to
      org.postroom.dist,
      org.postroom.storage;
  exports org.postroom.core.mime to
      org.postroom.dist,
      org.postroom.imap,
      org.postroom.smtp,
      org.postroom.storage;
  exports org.postroom.core.network to
      org.postroom.dist,
      org.postroom.imap,
      org.postroom.pop3,
      org.postroom.smtp;
  exports org.postroom.core.part to
      org.postroom.dist,
      org.postroom.imap,
      org.postroom.pop3,
      org.postroom.smtp;
  exports org.postroom.core.people;
  exports org.postroom.core.policy to
      org.postroom.dist,
      org.postroom.smtp;
  exports org.postroom.core.policy.service to
      org.postroom.smtp;
  exports org.postroom.core.privacy to
      org.postroom.dist,
      org.postroom.storage;
  exports org.postroom.core.queue to
      org.postroom.dist,
      org.postroom.smtp,
      org.postroom.storage;
  exports org.postroom.core.quota to
      org.postroom.dist,
      org.postroom.imap,
      org.postroom.storage;
  exports org.postroom.core.refusal;
  exports org.postroom.core.report;
  exports org.postroom.core.restriction;
  exports org.postroom.core.rewrite to
      org.postroom.dist,
      org.postroom.smtp;
  exports org.postroom.core.secret;
  exports org.postroom.core.session to
      org.postroom.dist,
      org.postroom.imap,
      org.postroom.pop3,
      org.postroom.smtp;
  exports org.postroom.core.table to
      org.postroom.dist,
      org.postroom.smtp,
      org.postroom.storage;
  exports org.postroom.core.time;
  exports org.postroom.core.trouble to
      org.postroom.dist,
      org.postroom.smtp,
      org.postroom.storage;
  exports org.postroom.core.wire to
      org.postroom.dist,
      org.postroom.imap,
      org.postroom.pop3,
      org.postroom.smtp;

  requires com.fasterxml.jackson.core;
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.unix.common;
  requires java.net.http;
  requires org.apache.commons.codec;
  requires org.bouncycastle.pkix;
  requires org.bouncycastle.provider;
  requires org.dnsjava;
  requires static org.jspecify;
  requires org.slf4j;
}
