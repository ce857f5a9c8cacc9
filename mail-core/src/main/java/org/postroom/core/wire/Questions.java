package org.postroom.core.wire;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.postroom.core.refusal.WireFault;

/**
 * Asks a server one question and takes one answer, without holding a thread: as name servers are
 * asked (RFC 1035, 4.2). A question has a socket of its own, whose port the system picks by chance,
 * so that an answer cannot be guessed for it. Thread-safe.
 *
 * <p>The stages complete exceptionally with {@link WireFault} when the server cannot be reached or
 * says nothing in time, and when the wire is closed.
 */
public interface Questions {

  /**
   * In a datagram each.
   *
   * @param isAnswer what it refuses was not meant for this question, and is passed over
   */
  CompletionStage<byte[]> byDatagram(
      InetSocketAddress server, byte[] question, Predicate<byte[]> isAnswer, Duration patience);

  /** Over a connection, each with its length in two octets before it (RFC 1035, 4.2.2). */
  CompletionStage<byte[]> byStream(InetSocketAddress server, byte[] question, Duration patience);
}
