package org.postroom.dist.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.trouble.Reason;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsSession;
import org.postroom.dist.remote.RemoteLine;

/**
 * A connection of the server's own wire, for a conversation that waits on a worker. What the peer
 * says is taken in turns and held here, so much at most; then a turn waits for who reads, and the
 * peer with it. Who reads is woken when there is something, or when the connection has ended:
 * because it is lost, because the peer says nothing for too long, because the server stops, or
 * because the round's time is over.
 */
final class WireLine implements RemoteLine, Session {
  private static final int MOST_HELD = 256 * 1024;

  private final Connection connection;
  private final TlsContext tls;
  private final String serverName;
  private final Duration patience;
  private final Stream in = new Stream();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
  private int held;

  /** Why it has ended; nothing, until then. */
  private final CompletableFuture<String> ended = new CompletableFuture<>();

  /**
   * A connection that is being made.
   *
   * @param tls for a handshake that comes later
   * @param serverName whom it is with then
   * @param patience how long the peer may say nothing
   */
  WireLine(Connection connection, TlsContext tls, String serverName, Duration patience) {
    this.connection = connection;
    this.tls = tls;
    this.serverName = serverName;
    this.patience = patience;
  }

  /** Its id, and to whom. */
  Connection connection() {
    return connection;
  }

  // --- as the wire sees it

  @Override
  public void opened() {
    connection.deadline(patience);
    connection.awaitOctets();
  }

  @Override
  public void ready() {
    ByteBuffer some = connection.in().available();
    byte[] octets = new byte[some.remaining()];
    some.get(octets);
    lock.lock();
    try {
      while (held > MOST_HELD && !ended.isDone()) {
        changed.awaitUninterruptibly();
      }
      if (octets.length > 0) {
        arrived.add(octets);
        held += octets.length;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void timedOut() {
    end("the server says nothing");
  }

  @Override
  public void shuttingDown() {
    end("the mail system is shutting down");
  }

  @Override
  public void closed() {
    end("the connection is lost");
  }

  /** Ends it, saying why; the first reason counts. From any thread. */
  void end(String why) {
    boolean unused = ended.complete(why);
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    connection.close();
  }

  // --- as the conversation sees it

  @Override
  public InputStream in() {
    return in;
  }

  @Override
  public void send(String line) throws IOException {
    byte[] octets = (line + "\r\n").getBytes(UTF_8);
    if (ended.isDone()) {
      throw new EOFException(ended.join());
    }
    connection.execute(
        () -> {
          connection.out().write(octets).flush();
          connection.deadline(patience);
        });
  }

  @Override
  public boolean isSecure() {
    return connection.tls().isPresent();
  }

  @Override
  public void startTls() throws IOException {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    connection.execute(
        () -> {
          try {
            refuseWhatCameInClear();
            TlsSession agreed = connection.startTlsAsClient(tls, serverName);
            boolean unused = done.complete(!agreed.protocol().isEmpty());
          } catch (RuntimeException e) {
            boolean unused = done.completeExceptionally(e);
          }
        });
    try {
      Object first = CompletableFuture.anyOf(done, ended).get();
      if (first instanceof String why) {
        throw new EOFException(why);
      }
    } catch (ExecutionException e) {
      throw new IOException("no TLS: " + Reason.text(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * Nothing that came in clear counts under TLS (RFC 2595, 4; RFC 3207, 4.2). In the turn that
   * begins it, so that no other takes something in between.
   */
  private void refuseWhatCameInClear() {
    lock.lock();
    try {
      if (held > 0 || in.hasRest()) {
        throw new WireFault("the server has said something before TLS has begun");
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    end("it was ended here");
  }

  /** The next octets; waits for them. */
  private byte[] next() throws IOException {
    lock.lock();
    try {
      while (arrived.isEmpty()) {
        if (ended.isDone()) {
          throw new EOFException(ended.join());
        }
        changed.await();
      }
      byte[] octets = arrived.remove();
      held -= octets.length;
      changed.signalAll();
      return octets;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  /** What has come, in the order in which it came. Of the conversation's thread. */
  private final class Stream extends InputStream {
    private byte[] octets = {};
    private int at;

    boolean hasRest() {
      return at < octets.length;
    }

    private void fill() throws IOException {
      while (at == octets.length) {
        octets = next();
        at = 0;
      }
    }

    @Override
    public int read() throws IOException {
      fill();
      return octets[at++] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      fill();
      int count = Math.min(length, octets.length - at);
      System.arraycopy(octets, at, target, offset, count);
      at += count;
      return count;
    }
  }
}
