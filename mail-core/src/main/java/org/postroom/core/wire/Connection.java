package org.postroom.core.wire;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * One connection to a peer, as its session sees it. All methods but {@link #execute}, {@link
 * #close} and the accessors belong to the thread that runs the session's current turn.
 */
public interface Connection {

  /** Short, unique in this process while it lives; stands first in log lines. */
  String id();

  /**
   * The peer's address; what a trusted PROXY header says, when there is one. {@link
   * LocalPeer#ADDRESS} where it came by a socket in the file system, which is our end's, too.
   */
  InetSocketAddress remote();

  /** Our end's address. */
  InetSocketAddress local();

  Input in();

  Output out();

  /** What was negotiated, once TLS is on. */
  Optional<TlsSession> tls();

  /**
   * The time within which the next turn must begin, or the rest of one whose peer does not read; on
   * a connection that we made also that within which a turn that waits must get on. Counted anew
   * from each call and from each turn's end.
   */
  void deadline(Duration limit);

  /**
   * From now on {@link Session#ready} is called when a whole line is there, or so much of one that
   * it has more than {@code limit} octets: {@link Input#readLine} with that limit does not wait.
   */
  void lineLimit(int limit);

  /**
   * From now on {@link Session#ready} is called as soon as there is any octet to read, until {@link
   * #lineLimit} asks for lines again: content can be taken as it comes, and no thread waits for it.
   */
  void awaitOctets();

  /**
   * The rest of the running turn, which must end after this call: runs, on a worker, as soon as
   * {@link Output#hasRoom}, at once if there is room already. No other turn begins before. When the
   * deadline passes first, the connection ends without a word: in the middle of an answer nothing
   * else can be said. When the server stops, an answer whose client reads on is said to its end.
   */
  void whenRead(Runnable rest);

  /**
   * Lets no further turn of this session begin before {@code wait} has passed; the running one goes
   * on. Holds no thread: this is how the answer to a wrong password, or to one error too many, is
   * delayed ({@code hold}, then {@link #execute} the answer). What the client sends meanwhile
   * waits. The deadline counts from the end of the hold. No time at all is no hold, and the line
   * may be left for the next turn all the same.
   */
  void hold(Duration wait);

  /**
   * Lets no further turn of this session begin until {@link #resume}; the running one goes on.
   * Holds no thread: what the session waits for (its turn to log in, a hash) comes from elsewhere.
   * What the client sends meanwhile waits, and the deadline rests.
   */
  void suspend();

  /**
   * Ends {@link #suspend}: {@code task} is the next turn. Dropped when the connection is closed.
   * From any thread.
   */
  void resume(Runnable task);

  /**
   * Server side: once the running turn has ended, sends what it has written (its last words in
   * clear, such as the answer to STARTTLS), forgets buffered input and starts the TLS handshake
   * (RFC 3207, 4.2). Until then a flush sends nothing, and the input is the turn's as before; after
   * it no turn begins before the handshake is over. A failed handshake closes the connection. The
   * session's next turn finds {@link #tls} filled.
   */
  void startTls(TlsContext context);

  /**
   * Client side: the same, and waits for the handshake's end.
   *
   * @param serverName the name asked for (SNI) and, where the context verifies, compared
   * @throws TlsFailed when there is no agreement
   */
  TlsSession startTlsAsClient(TlsContext context, String serverName);

  /**
   * The client is known now: it has logged in. Until then, unless its listener {@linkplain
   * ListenerOptions#known knows} it, it is a stranger, may hold little, and has to go when there is
   * no room for others ({@link Session#crowdedOut}). Cannot be taken back. Safe to repeat.
   */
  void trusted();

  /** Whether strangers have most of what there is for them: a time for short patience. */
  boolean isCrowded();

  /**
   * Says how many octets the session keeps, from turn to turn, of what it has read and cannot deal
   * with yet. A stranger is charged for them as for what lies in the input.
   */
  void keeps(int octets);

  /**
   * Runs {@code task} as a turn of its own in this session's order: after the running turn, before
   * the next line. Dropped when the connection is closed. From any thread.
   */
  void execute(Runnable task);

  /**
   * Whether the server stops: what is under way may be brought to its end, but nothing new begins.
   * The session hears it by {@link Session#shuttingDown} when its turn is over; who does many
   * commands in one turn asks between them.
   */
  boolean isStopping();

  /** Whether the peer is gone or {@link #close} was called. */
  boolean isClosed();

  /**
   * Whether the peer has ended its side. It may be gone, or may wait for the answers to what it has
   * sent, which it is owed: nothing tells one from the other before something is sent.
   */
  boolean mayBeGone();

  /** Sends what was written, then closes. From any thread; safe to repeat. */
  void close();
}
