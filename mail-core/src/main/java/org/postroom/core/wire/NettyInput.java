package org.postroom.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelConfig;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Received buffers, from the event loop to the worker, not copied. The queue is guarded by the
 * connection's lock; {@link #current}, the buffer that is being read, belongs to the worker, and to
 * whoever holds the lock while no turn runs.
 */
// Counters are written under the lock only; volatile is for the reader without it.
@SuppressWarnings("NonAtomicVolatileUpdate")
final class NettyInput implements Input {
  /**
   * Above it, and above a whole line, nothing more is read from the socket; below {@link #LOW} it
   * is again.
   */
  private static final int HIGH = 256 * 1024;

  private static final int LOW = 64 * 1024;

  /** Smaller arrivals are put together, so that trickled octets do not hold a whole buffer each. */
  private static final int SMALL = 512;

  private static final int JOINED = 4096;
  private static final byte LF = '\n';
  private static final int A_LINE = -1;

  /** A limit for {@link #lineReady}: no line is waited for, any octet will do. */
  static final int ANY_OCTET = -1;

  private final ReentrantLock lock;
  private final ChannelConfig channel;
  private final Executor loop;
  private final Consumer<Queue<?>> awaiting;
  private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>(2);
  private volatile int queued;

  /** So many octets have come. */
  private volatile long arrived;

  /** Nothing is read from the socket, because enough is here. */
  private boolean full;

  /** The same, because there is no place in memory for more. */
  private boolean placeless;

  private boolean released;

  private @Nullable ByteBuf current;
  private @Nullable ByteBuffer view;
  private int viewStart;

  /** So many octets, from the next one to be read, hold no LF. */
  private int scanned;

  /** The rest of an overlong line is still to come; nothing of it is handed out. */
  private boolean skipping;

  /**
   * So many of those that have come are read or forgotten; tells whether a turn took anything. The
   * worker's, as {@link #current}; others may look at it, and see what it was a moment ago.
   */
  private final AtomicLong taken = new AtomicLong();

  /**
   * An input.
   *
   * @param lock the connection's
   * @param loop does what the event loop is to do later
   * @param awaiting waits under the lock until the queue holds something
   */
  NettyInput(
      ReentrantLock lock, ChannelConfig channel, Executor loop, Consumer<Queue<?>> awaiting) {
    this.lock = lock;
    this.channel = channel;
    this.loop = loop;
    this.awaiting = awaiting;
  }

  // --- the event loop's side, under the connection's lock ---

  /**
   * Takes over {@code octets}. Returns whether that was enough for now.
   *
   * @param line the most octets of a line that is waited for
   */
  boolean arrive(ByteBuf octets, int line) {
    if (released || !octets.isReadable()) {
      octets.release();
      return false;
    }
    int count = octets.readableBytes();
    ByteBuf last = queue.peekLast();
    if (count <= JOINED && last != null && last.writableBytes() >= count && last.refCnt() == 1) {
      last.writeBytes(octets);
      octets.release();
    } else if (last != null && (count <= SMALL || count < octets.capacity() / 2)) {
      // A second small one in a row: begin a buffer of our own that takes the next ones too.
      int room = Math.max(JOINED, count);
      ByteBuf joined = octets.alloc().directBuffer(room, room).writeBytes(octets);
      octets.release();
      queue.add(joined);
    } else {
      queue.add(octets);
    }
    queued += count; // only ever changed under the lock
    arrived += count;
    if (!full && queued > most(line)) {
      full = true;
      readNoMore();
      return true;
    }
    return false;
  }

  /** Nothing more is read from the socket until {@link #hasPlace}, however little is here. */
  void lacksPlace() {
    if (!placeless && !released) {
      placeless = true;
      readNoMore();
    }
  }

  /** There is place in memory again. */
  void hasPlace() {
    if (placeless) {
      placeless = false;
      readOn();
    }
  }

  /** Under the lock, so that the read that is going on now is the last. */
  private void readNoMore() {
    channel.setAutoRead(false);
  }

  /** A channel that may read again can do so before it returns, and not under the lock. */
  private void readOn() {
    if (mayRead()) {
      loop.execute(this::readAsAllowed);
    }
  }

  /** On the event loop, without the lock: until nothing has changed meanwhile. */
  private void readAsAllowed() {
    for (boolean read = mayReadNow(); channel.isAutoRead() != read; read = mayReadNow()) {
      channel.setAutoRead(read);
    }
  }

  private boolean mayReadNow() {
    lock.lock();
    try {
      return mayRead();
    } finally {
      lock.unlock();
    }
  }

  private boolean mayRead() {
    return !full && !placeless;
  }

  /** Octets that are here and not read yet. From any thread. */
  int held() {
    return (int) (arrived - taken.getOpaque());
  }

  /** Lines may be longer now: a part of one that has stopped the reading goes on. */
  void allow(int line) {
    if (full && queued <= most(line)) {
      full = false;
      readOn();
    }
  }

  private static long most(int line) {
    return Math.max(HIGH, line + 2L);
  }

  /** Whether the peer has sent, or is sending, what nobody has read. */
  boolean hasUnread() {
    return queued > 0 || skipping;
  }

  /**
   * Whether there is a LF, or more than a line of {@code limit} octets may have. Under the lock,
   * and on the worker's side or while no turn runs.
   */
  boolean lineReady(int limit) {
    settle();
    if (!skipRest()) {
      return false;
    }
    int octets = octetsWithoutLf();
    return octets == A_LINE || octets > limit + 1L;
  }

  /** How many octets there are without a LF among them, or {@link #A_LINE}. */
  private int octetsWithoutLf() {
    int offset = 0;
    if (current != null && current.isReadable()) {
      if (findLf(current, offset)) {
        return A_LINE;
      }
      offset += current.readableBytes();
    }
    for (ByteBuf chunk : queue) {
      if (findLf(chunk, offset)) {
        return A_LINE;
      }
      offset += chunk.readableBytes();
    }
    return offset;
  }

  /** Drops what there is of an overlong line's rest. Returns whether it is over. */
  private boolean skipRest() {
    while (skipping) {
      ByteBuf chunk = current;
      if (chunk == null || !chunk.isReadable()) {
        if (queue.isEmpty()) {
          park();
          break;
        }
        chunk = takeNext();
      }
      skipRest(chunk);
    }
    resumeWhenLow();
    return !skipping;
  }

  private void skipRest(ByteBuf chunk) {
    int start = chunk.readerIndex();
    int lf = chunk.indexOf(start, chunk.writerIndex(), LF);
    consume(chunk, lf < 0 ? chunk.readableBytes() : lf + 1 - start);
    skipping = lf < 0;
  }

  /** Under the lock: the queue's next buffer becomes the one that is read. */
  private ByteBuf takeNext() {
    if (current != null) {
      current.release();
    }
    ByteBuf next = queue.remove();
    queued -= next.readableBytes();
    current = next;
    return next;
  }

  private boolean findLf(ByteBuf chunk, int offset) {
    int skip = Math.max(0, scanned - offset);
    int readable = chunk.readableBytes();
    if (skip >= readable) {
      return false;
    }
    int from = chunk.readerIndex() + skip;
    int found = chunk.indexOf(from, chunk.writerIndex(), LF);
    scanned = offset + (found < 0 ? readable : found - chunk.readerIndex());
    return found >= 0;
  }

  /**
   * Empties the queue for a handshake. What looks like a TLS record is handed on to the handshake
   * (it cannot become a command there), everything else is forgotten.
   */
  @Nullable ByteBuf drainForHandshake() {
    ByteBuf hello = null;
    ByteBuf first = current != null && current.isReadable() ? current : queue.peekFirst();
    if (first != null && first.isReadable() && first.getByte(first.readerIndex()) == 0x16) {
      hello = first.alloc().buffer(queued + JOINED);
      if (current != null) {
        hello.writeBytes(current);
      }
      for (ByteBuf chunk : queue) {
        hello.writeBytes(chunk);
      }
    }
    clear();
    resumeWhenLow();
    return hello;
  }

  /** Forgets everything, now and in future. */
  void release() {
    clear();
    full = false;
    placeless = false;
    released = true;
  }

  private void clear() {
    if (current != null) {
      current.release();
      current = null;
    }
    view = null;
    ByteBuf chunk;
    while ((chunk = queue.poll()) != null) {
      chunk.release();
    }
    queued = 0;
    taken.setOpaque(arrived);
    scanned = 0;
    skipping = false;
  }

  // --- the worker's side ---

  long taken() {
    settle();
    return taken.getPlain();
  }

  /** Gives back a buffer that was read to its end, before the session goes to sleep. */
  void park() {
    settle();
    if (current != null && !current.isReadable()) {
      current.release();
      current = null;
    }
  }

  @Override
  public ByteBuffer available() {
    if (isEmpty()) {
      return ByteBuffer.allocate(0);
    }
    ByteBuf chunk = chunk();
    viewStart = chunk.readerIndex();
    view = chunk.nioBuffer().slice();
    return view;
  }

  @Override
  public boolean isEmpty() {
    settle();
    if (skipping) {
      lock.lock();
      try {
        skipRest();
      } finally {
        lock.unlock();
      }
    }
    return (current == null || !current.isReadable()) && queued == 0;
  }

  @Override
  public boolean hasLine(int limit) {
    lock.lock();
    try {
      return lineReady(limit);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Line readLine(int limit) {
    byte[] line = null;
    int length = 0; // octets before the LF, beyond the limit too
    while (true) {
      ByteBuf chunk = chunk();
      int start = chunk.readerIndex();
      int lf = chunk.indexOf(start, chunk.writerIndex(), LF);
      int count = (lf < 0 ? chunk.writerIndex() : lf) - start;
      // One more than the limit is kept: it may be the CR.
      int room = (int) Math.min(limit + 1L - Math.min(length, limit + 1L), count);
      if (line == null) {
        line = new byte[lf < 0 ? Math.min(limit + 1, Math.max(128, count * 2)) : room];
      } else if (length + room > line.length) {
        line = Arrays.copyOf(line, Math.max(length + room, Math.min(limit + 1, length * 2)));
      }
      if (room > 0) {
        chunk.getBytes(start, line, length, room);
      }
      // Saturates: a line may be longer than an int counts.
      boolean cr = count > 0 && chunk.getByte(start + count - 1) == '\r';
      boolean crBefore =
          count == 0 && length > 0 && length <= limit + 1 && line[length - 1] == '\r';
      length = (int) Math.min(limit + 2L, (long) length + count);
      consume(chunk, count + (lf < 0 ? 0 : 1));
      if (lf >= 0) {
        return line(line, length, limit, cr || crBefore);
      }
      if (length > limit + 1L) {
        skipping = true;
        return new Line(exactly(line, limit), Line.End.TOO_LONG);
      }
    }
  }

  private static Line line(byte[] octets, int length, int limit, boolean cr) {
    if (length - (cr ? 1 : 0) > limit) {
      return new Line(exactly(octets, limit), Line.End.TOO_LONG);
    }
    return new Line(exactly(octets, length - (cr ? 1 : 0)), cr ? Line.End.CRLF : Line.End.LF);
  }

  private static byte[] exactly(byte[] octets, int length) {
    return octets.length == length ? octets : Arrays.copyOf(octets, length);
  }

  @Override
  public void skipLine() {
    settle();
    skipping = true;
  }

  @Override
  public void discard() {
    settle();
    lock.lock();
    try {
      clear();
      resumeWhenLow();
    } finally {
      lock.unlock();
    }
  }

  /** The buffer to read from, with something in it; waits for one. */
  private ByteBuf chunk() {
    settle();
    ByteBuf chunk = received();
    while (skipping) {
      skipRest(chunk);
      chunk = received();
    }
    return chunk;
  }

  private ByteBuf received() {
    if (current != null) {
      if (current.isReadable()) {
        return current;
      }
      current.release();
      current = null;
    }
    lock.lock();
    try {
      if (queue.isEmpty()) {
        awaiting.accept(queue);
      }
      ByteBuf next = takeNext();
      resumeWhenLow();
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void resumeWhenLow() {
    if (full && queued < LOW) {
      full = false;
      readOn();
    }
  }

  /** Takes note of how far the buffer that was handed out has been read. */
  private void settle() {
    ByteBuffer seen = view;
    if (seen != null && current != null) {
      view = null;
      consume(current, viewStart + seen.position() - current.readerIndex());
    }
  }

  private void consume(ByteBuf chunk, int count) {
    chunk.skipBytes(count);
    scanned = Math.max(0, scanned - count);
    taken.setOpaque(taken.getPlain() + count);
  }
}
