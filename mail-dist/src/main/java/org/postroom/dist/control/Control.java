package org.postroom.dist.control;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;
import org.postroom.core.json.Json;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.wire.SocketFile;
import org.postroom.core.wire.SocketRights;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.operation.Desk;
import org.postroom.dist.operation.Operation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How operations are asked of a server that runs: a socket in its data folder, which only its own
 * user can enter; where the system says who asks, only that user and root are answered. Questions
 * and answers are frames of JSON, several on one connection if need be. What a client may take is
 * bounded: octets, time, and how many there are at once; others wait for their turn ({@link
 * Places}).
 */
public final class Control implements AutoCloseable {
  /** The most descriptors that all but the masters take of a server that everybody can reach. */
  public static final int DESCRIPTORS_OF_EVERYBODY =
      Places.IN_ALL_LINES + Places.STRANGERS * (1 + Frames.DESCRIPTORS);

  private static final Logger LOG = LoggerFactory.getLogger(Control.class);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration CONTENT = Duration.ofMinutes(10);
  private static final Duration TO_CONNECT = Duration.ofSeconds(30);
  private static final Duration AT_THE_END = Duration.ofSeconds(5);

  /** A long one may hash ten thousand passwords. */
  private static final Duration LONGEST_WORK = Duration.ofHours(1);

  /** A client that has more to ask than fits into this comes again. */
  private static final Duration LIFE = Duration.ofMinutes(15);

  /** What anybody on this machine may have the server keep in memory. */
  private static final int LONGEST_OF_EVERYBODY = 64 * 1024;

  /** Until another try where the system cannot let anybody in. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final ServerSocketChannel socket;
  private final Runnable remove;

  /** Whose server it is. */
  private final UserPrincipal owner;

  /** Whether all users of this machine may ask, whom the system names. */
  private final boolean isForAll;

  private final Function<String, Optional<Operation<?, ?>>> operations;
  private final Function<String, Desk> desks;
  private final ThreadFactory threads;
  private final Places<Caller> places = new Places<>();
  private final Map<SocketChannel, Thread> clients = new ConcurrentHashMap<>();

  /** Whether the last caller found no thread, which is said once. Guarded by this. */
  private boolean lacksThreads;

  private final Thread thread;

  private Control(
      ServerSocketChannel socket,
      Runnable remove,
      UserPrincipal owner,
      boolean isForAll,
      Function<String, Optional<Operation<?, ?>>> operations,
      Function<String, Desk> desks,
      ThreadFactory threads) {
    this.socket = socket;
    this.remove = remove;
    this.owner = owner;
    this.isForAll = isForAll;
    this.operations = operations;
    this.desks = desks;
    this.threads = threads;
    this.thread = new Thread(this::run, "postroom-control");
    thread.setDaemon(true);
  }

  /**
   * Listens in {@code folder}.
   *
   * @param operations what may be asked, by name
   * @param desks what they act upon, by the user who asks
   */
  public static Control open(
      Path folder,
      Function<String, Optional<Operation<?, ?>>> operations,
      Function<String, Desk> desks) {
    return open(folder, operations, desks, Control::thread);
  }

  /**
   * The same.
   *
   * @param threads on which clients are answered
   */
  static Control open(
      Path folder,
      Function<String, Optional<Operation<?, ?>>> operations,
      Function<String, Desk> desks,
      ThreadFactory threads) {
    SocketPlace place = new SocketPlace(folder);
    ServerSocketChannel socket = null;
    try {
      Path bound = place.choose();
      socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      socket.bind(UnixDomainSocketAddress.of(bound));
      // Whoever can write to it can change passwords.
      Files.setPosixFilePermissions(bound, OWNER_ONLY);
      Control control =
          new Control(
              socket, place::remove, Files.getOwner(bound), false, operations, desks, threads);
      control.thread.start();
      return control;
    } catch (IOException e) {
      if (socket != null) {
        close(socket);
      }
      place.remove();
      throw new UncheckedIOException("no control socket at " + place, e);
    }
  }

  /**
   * Listens at a place that everybody on this machine can reach.
   *
   * @param operations as {@link #open}
   * @param desks what they act upon, by the user who asks
   * @throws WireFault when it cannot be had
   */
  public static Control openToAll(
      Path path,
      Function<String, Optional<Operation<?, ?>>> operations,
      Function<String, Desk> desks) {
    ServerSocketChannel socket = null;
    SocketFile file = null;
    try {
      file = SocketFile.at(path);
      socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      socket.bind(file.provisional());
      UserPrincipal owner = Files.getOwner(file.provisional().getPath());
      file.putInPlace(SocketRights.EVERYBODY);
      Control control =
          new Control(socket, file::remove, owner, true, operations, desks, Control::thread);
      control.thread.start();
      return control;
    } catch (IOException e) {
      if (socket != null) {
        close(socket);
      }
      if (file != null) {
        file.abandon();
      }
      throw new WireFault("no socket at " + path + ": " + e.getMessage());
    }
  }

  /** Empty when nobody listens there, or has no time for us, or it is not for us. */
  private static Optional<SocketChannel> dial(Path path) {
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      AtomicBoolean over = new AtomicBoolean();
      // Where too many are before us the system lets us wait, and for ever if need be.
      CompletableFuture.delayedExecutor(TO_CONNECT.toMillis(), TimeUnit.MILLISECONDS)
          .execute(
              () -> {
                if (!over.getAndSet(true)) {
                  close(channel);
                }
              });
      try {
        boolean unused = channel.connect(UnixDomainSocketAddress.of(path));
        return over.getAndSet(true) ? Optional.empty() : Optional.of(channel);
      } catch (IOException e) {
        over.set(true);
        close(channel);
        return Optional.empty(); // left behind by a server that did not end well
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Asks the server that listens for everybody.
   *
   * @return empty when none does
   * @throws OperationRefused with what the server says is wrong
   */
  public static <Q extends Record, A extends Record> Optional<A> askAt(
      Path path, Operation<Q, A> operation, Q question) {
    return dial(path).map(channel -> ask(channel, operation, question));
  }

  /**
   * Asks the server that runs on {@code folder}.
   *
   * @return empty when none runs there
   * @throws OperationRefused with what the server says is wrong
   */
  public static <Q extends Record, A extends Record> Optional<A> ask(
      Path folder, Operation<Q, A> operation, Q question) {
    Optional<Path> bound;
    try {
      bound = new SocketPlace(folder).find();
    } catch (IOException e) {
      return Optional.empty(); // not for us to see
    }
    return bound.flatMap(Control::dial).map(channel -> ask(channel, operation, question));
  }

  private static <Q extends Record, A extends Record> A ask(
      SocketChannel channel, Operation<Q, A> operation, Q question) {
    try (channel;
        Frames frames = new Frames(channel)) {
      frames.write(Dialogue.question(operation.name(), question), PATIENCE);
      Optional<InputStream> content = Records.content(question);
      if (content.isPresent()) {
        // It may have to wait for its turn, as any mail.
        Pieces.write(content.get(), frames, CONTENT);
      }
      byte[] answer =
          frames
              .read(Dialogue.LONGEST_ANSWER, content.isPresent() ? CONTENT : LONGEST_WORK)
              .orElseThrow(() -> new IOException("it has ended"));
      return Dialogue.answer(answer, operation.answer());
    } catch (IOException | Json.Malformed e) {
      throw new OperationRefused(
          OperationRefused.Kind.UNAVAILABLE,
          "the server gave no answer (" + e.getMessage() + "); it may have done what was asked");
    }
  }

  /** Whether the caller is being answered here: he cannot wait for its end. */
  public boolean isCaller() {
    return clients.containsValue(Thread.currentThread());
  }

  /** Stops listening; what is being answered is waited for, for a while. */
  @Override
  public void close() {
    remove.run(); // first: when nobody listens any more, another server may have its socket there
    close(socket);
    List<Caller> waiting;
    synchronized (this) {
      waiting = places.close(); // who has a place by now is known to have it
    }
    waiting.forEach(caller -> close(caller.channel()));
    long end = System.nanoTime() + AT_THE_END.toNanos();
    join(thread, end);
    clients
        .keySet()
        .forEach(
            client -> {
              try {
                client.shutdownInput(); // nothing more is asked
              } catch (IOException e) {
                LOG.debug("control socket: {}", e.getMessage());
              }
            });
    clients.forEach(
        (client, serving) -> {
          join(serving, end);
          close(client);
        });
  }

  private static void close(Closeable channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("control socket: {}", e.getMessage());
    }
  }

  private static void join(Thread ending, long end) {
    try {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left > 0) { // 0 would mean for ever
        ending.join(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (socket.isOpen()) {
      try {
        receive(socket.accept());
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.debug("control socket: {}", e.getMessage());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** Who asks, and from where. */
  private record Caller(SocketChannel channel, String user) {}

  private void receive(SocketChannel channel) {
    try {
      UserPrincipal user = user(channel);
      boolean isMaster = user.equals(owner) || user.getName().equals("root");
      if (!isForAll && !isMaster) {
        LOG.warn("control socket: the user {} is not answered", user.getName());
      } else if (places.come(new Caller(channel, user.getName()), user.getName(), isMaster)) {
        seat();
        return;
      }
    } catch (IOException e) {
      LOG.debug("control socket: {}", e.getMessage());
    }
    close(channel);
  }

  /**
   * Who asks. Where the system does not say so, the folder's mode has kept all but its owner out.
   *
   * @throws IOException when nobody can say it
   */
  private UserPrincipal user(SocketChannel client) throws IOException {
    if (client.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)) {
      return client.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    }
    if (isForAll) {
      throw new IOException("the system does not say who asks");
    }
    return owner;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "postroom-control-client");
    thread.setDaemon(true);
    return thread;
  }

  /** Serves whoever has a place now, each on a thread of its own: one may say nothing for long. */
  private synchronized void seat() {
    for (var next = places.next(); next.isPresent(); next = places.next()) {
      Caller caller = next.get();
      Thread serving = threads.newThread(() -> attend(caller));
      clients.put(caller.channel(), serving);
      try {
        serving.start();
        lacksThreads = false;
      } catch (OutOfMemoryError e) {
        // It may be for a while: whoever comes behind that must be heard.
        if (!lacksThreads) {
          LOG.warn("control socket: the machine has no thread for a caller: {}", e.getMessage());
        }
        lacksThreads = true;
        leave(caller);
      }
    }
  }

  private void attend(Caller caller) {
    try (Frames frames = new Frames(caller.channel())) {
      serve(frames, desks.apply(caller.user()));
    } catch (IOException e) {
      LOG.debug("control socket: {}", e.getMessage());
    } finally {
      leave(caller);
      seat();
    }
  }

  private void leave(Caller caller) {
    close(caller.channel());
    clients.remove(caller.channel());
    places.leave(caller);
  }

  private void serve(Frames frames, Desk desk) throws IOException {
    long end = System.nanoTime() + LIFE.toNanos();
    while (System.nanoTime() < end) {
      Pieces content = new Pieces(frames, PATIENCE, CONTENT);
      byte[] answer;
      try {
        Optional<byte[]> frame =
            frames.read(isForAll ? LONGEST_OF_EVERYBODY : Dialogue.LONGEST_QUESTION, PATIENCE);
        if (frame.isEmpty()) {
          return;
        }
        answer = answer(frame.get(), content, desk);
      } catch (Frames.TooLong e) {
        if (!isForAll || e.length() > Dialogue.LONGEST_QUESTION) {
          throw e;
        }
        // Whoever names too many people hears of it, behind all that he says.
        frames.skip(e.length(), PATIENCE);
        content.follow();
        answer =
            Dialogue.refusal(
                new OperationRefused(
                    OperationRefused.Kind.REQUEST,
                    "more than " + LONGEST_OF_EVERYBODY + " octets of addresses and options"));
      }
      content.close();
      frames.write(answer, PATIENCE);
    }
  }

  private byte[] answer(byte[] frame, Pieces content, Desk desk) {
    try {
      Dialogue.Question asked = Dialogue.question(frame);
      Operation<?, ?> operation =
          operations
              .apply(asked.operation())
              .orElseThrow(() -> new Json.Malformed("unknown operation " + asked.operation()));
      return answer(operation, asked, content, desk);
    } catch (Json.Malformed e) {
      return Dialogue.refusal(
          new OperationRefused(OperationRefused.Kind.REQUEST, String.valueOf(e.getMessage())));
    } catch (OperationRefused e) {
      return Dialogue.refusal(e);
    }
  }

  private <Q extends Record, A extends Record> byte[] answer(
      Operation<Q, A> operation, Dialogue.Question asked, Pieces content, Desk desk) {
    if (Records.hasContent(operation.question())) {
      content.follow();
    }
    Q question = Records.of(operation.question(), asked.question(), content);
    try {
      return Dialogue.answer(operation.perform(desk, question));
    } finally {
      Records.forget(question);
    }
  }
}
