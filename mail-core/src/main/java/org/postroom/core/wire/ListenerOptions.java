package org.postroom.core.wire;

import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * How to listen.
 *
 * @param name for log lines and metrics: {@code smtp}, {@code imaps} …
 * @param address where: an address of the network, whose port 0 takes a free one, or a socket in
 *     the file system ({@link java.net.UnixDomainSocketAddress})
 * @param rights whose the socket in the file system is
 * @param implicitTls when present, the handshake comes before everything else (RFC 8314)
 * @param maxSessions further connections are answered by {@code refusal} and closed
 * @param maxLine the {@link Connection#lineLimit} until the session sets one
 * @param firstDeadline the deadline until the session sets one, TLS handshake included
 * @param refusal what a client hears when there are too many sessions, line end included
 * @param ofOneAddress the most strangers of one address here; 0 for what holds for all listeners
 * @param known who is no stranger from the beginning, and whom no limit of strangers binds
 * @param noTls hears of each handshake that has failed; on the event loop
 */
public record ListenerOptions(
    String name,
    SocketAddress address,
    SocketRights rights,
    Optional<TlsContext> implicitTls,
    int maxSessions,
    int maxLine,
    Duration firstDeadline,
    String refusal,
    int ofOneAddress,
    Predicate<InetAddress> known,
    NoTls noTls) {

  /** Who hears of handshakes that have failed. */
  public interface NoTls {

    /**
     * A handshake of {@code client} has failed; its connection is over.
     *
     * @param reason in the words of the library that shook hands; has parts of what the client sent
     */
    void failed(Connection client, String reason);
  }

  /** The same, where nobody is known and an address may have what it may have anywhere. */
  public ListenerOptions(
      String name,
      SocketAddress address,
      Optional<TlsContext> implicitTls,
      int maxSessions,
      int maxLine,
      Duration firstDeadline,
      String refusal) {
    this(
        name,
        address,
        SocketRights.OWNER_ONLY,
        implicitTls,
        maxSessions,
        maxLine,
        firstDeadline,
        refusal,
        0,
        client -> false,
        (client, reason) -> {});
  }

  /** The same with a limit for strangers of its own, and who is none. */
  public ListenerOptions forStrangers(int mostOfOneAddress, Predicate<InetAddress> others) {
    return new ListenerOptions(
        name,
        address,
        rights,
        implicitTls,
        maxSessions,
        maxLine,
        firstDeadline,
        refusal,
        mostOfOneAddress,
        others,
        noTls);
  }

  /** The same, where {@code other} hears of handshakes that have failed. */
  public ListenerOptions whenNoTls(NoTls other) {
    return new ListenerOptions(
        name,
        address,
        rights,
        implicitTls,
        maxSessions,
        maxLine,
        firstDeadline,
        refusal,
        ofOneAddress,
        known,
        other);
  }

  /** The same under another name, at another address. */
  public ListenerOptions as(String otherName, SocketAddress other) {
    return new ListenerOptions(
        otherName,
        other,
        rights,
        implicitTls,
        maxSessions,
        maxLine,
        firstDeadline,
        refusal,
        ofOneAddress,
        known,
        noTls);
  }

  /** The same, where a socket in the file system has other rights. */
  public ListenerOptions with(SocketRights other) {
    return new ListenerOptions(
        name,
        address,
        other,
        implicitTls,
        maxSessions,
        maxLine,
        firstDeadline,
        refusal,
        ofOneAddress,
        known,
        noTls);
  }
}
