package org.postroom.core.dns.lookup;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.postroom.core.wire.Questions;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.WireParseException;

/**
 * One name server, asked over our own wire: in a datagram, and over a connection where the answer
 * is too long for that (RFC 1035, 4.2; RFC 7766). The library's own way keeps a thread for as long
 * as the JVM runs, which holds an application's classes beyond its end.
 */
final class NameServer implements Resolver {
  /** What goes through every network in one piece (RFC 6891, 6.2.5). */
  private static final int DATAGRAM = 1232;

  private static final int LONGEST = 65_535;

  private final Questions network;
  private final InetSocketAddress address;
  private volatile Duration timeout;
  private volatile int flags;

  NameServer(Questions network, InetSocketAddress address, Duration timeout) {
    this.network = network;
    this.address = address;
    this.timeout = timeout;
  }

  @Override
  public CompletionStage<Message> sendAsync(Message query) {
    return sendAsync(query, Runnable::run);
  }

  @Override
  public CompletionStage<Message> sendAsync(Message asked, Executor executor) {
    Message query = asked.clone();
    if (query.getOPT() == null) {
      query.addRecord(new OPTRecord(DATAGRAM, 0, 0, flags), Section.ADDITIONAL);
    }
    byte[] question = query.toWire(LONGEST);
    return network
        .byDatagram(address, question, octets -> isAnswer(question, octets), timeout)
        .thenComposeAsync(
            octets -> {
              Message answer = parsed(query, octets);
              return answer.getHeader().getFlag(Flags.TC)
                  ? network
                      .byStream(address, question, timeout)
                      .thenApplyAsync(whole -> parsed(query, whole), executor)
                  : CompletableFuture.completedFuture(answer);
            },
            executor);
  }

  /** Other identifiers belong to nobody here. */
  private static boolean isAnswer(byte[] question, byte[] octets) {
    return octets.length >= 2 && octets[0] == question[0] && octets[1] == question[1];
  }

  private static Message parsed(Message query, byte[] octets) {
    Message answer;
    try {
      answer = new Message(octets);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
    if (!answer.getHeader().getFlag(Flags.QR)
        || answer.getHeader().getID() != query.getHeader().getID()
        || !Objects.equals(answer.getQuestion(), query.getQuestion())) {
      throw new CompletionException(new WireParseException("an answer to another question"));
    }
    return answer;
  }

  @Override
  public void setTimeout(Duration other) {
    timeout = other;
  }

  @Override
  public Duration getTimeout() {
    return timeout;
  }

  /** Whether signatures are wanted (DO, RFC 3225); sizes are our own choice. */
  @Override
  public void setEDNS(int version, int payload, int wanted, List<EDNSOption> options) {
    flags = wanted;
  }

  /** Never ignored. */
  @Override
  public void setIgnoreTruncation(boolean always) {
    if (always) {
      throw new UnsupportedOperationException();
    }
  }

  // What nobody asks of one that is made here.

  @Override
  public void setPort(int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setTCP(boolean always) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setTSIGKey(@Nullable TSIG key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
