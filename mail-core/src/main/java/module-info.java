/** The domain words, policy, the way of a mail, the seams, configuration and the wire. */
module org.postroom.core {
  exports org.postroom.core.address;
  exports org.postroom.core.auth;
  exports org.postroom.core.auth.scheme to
      org.postroom.storage;
  exports org.postroom.core.auth.source to
      org.postroom.dist,
      org.postroom.storage;
  exports org.postroom.core.auth.token to
      org.postroom.dist;
  exports org.postroom.core.config;
  exports org.postroom.core.dns;
  exports org.postroom.core.fact;
  exports org.postroom.core.filter;
  exports org.postroom.core.flow;
  exports org.postroom.core.json to
      org.postroom.dist,
      org.postroom.smtp;
  exports org.postroom.core.life;
  exports org.postroom.core.log;
  exports org.postroom.core.mail;
  exports org.postroom.core.mailbox;
  exports org.postroom.core.memo;
  exports org.postroom.core.mime;
  exports org.postroom.core.part;
  exports org.postroom.core.policy;
  exports org.postroom.core.policy.service;
  exports org.postroom.core.queue;
  exports org.postroom.core.rewrite;
  exports org.postroom.core.secret;
  exports org.postroom.core.session;
  exports org.postroom.core.table;
  exports org.postroom.core.time;
  exports org.postroom.core.wire;

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
