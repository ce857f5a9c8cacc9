package org.postroom.dist.control;

import java.io.Closeable;
import java.io.IOException;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;
import org.postroom.dist.operation.Desk;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.OperationRefused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How operations are asked of a server that runs: a socket in its data folder, which only its own
 * user can enter; where the system says who asks, only that user and root are answered. Questions
 * and answers are frames of JSON, several on one connection if need be. What a client may take is
 * bounded: octets, time, and how many there are at once; others wait for their turn.
 */
public final class Control implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Control.class);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration AT_THE_END = Duration.ofSeconds(5);

  /** A long one may hash ten thousand passwords. */
  private static final Duration LONGEST_WORK = Duration.ofHours(1);

  private static final int CLIENTS = 16;

  private final ServerSocketChannel socket;
  private final SocketPlace place;
  private final UserPrincipal owner;
  private final Function<String, Optional<Operation<?, ?>>> operations;
  private final Desk desk;
  private final Semaphore free = new Semaphore(CLIENTS);
  private final Map<SocketChannel, Thread> clients = new ConcurrentHashMap<>();
  private final Thread thread;

  private Control(
      ServerSocketChannel socket,
      SocketPlace place,
      UserPrincipal owner,
      Function<String, Optional<Operation<?, ?>>> operations,
      Desk desk) {
    this.socket = socket;
    this.place = place;
    this.owner = owner;
    this.operations = operations;
    this.desk = desk;
    this.thread = new Thread(this::run, "postroom-control");
    thread.setDaemon(true);
  }

  /**
   * Listens in {@code folder}.
   *
   * @param operations what may be asked, by name
   */
  public static Control open(
      Path folder, Function<String, Optional<Operation<?, ?>>> operations, Desk desk) {
    SocketPlace place = new SocketPlace(folder);
    ServerSocketChannel socket = null;
    try {
      Path bound = place.choose();
      socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      socket.bind(UnixDomainSocketAddress.of(bound));
      // Whoever can write to it can change passwords.
      Files.setPosixFilePermissions(bound, OWNER_ONLY);
      Control control = new Control(socket, place, Files.getOwner(bound), operations, desk);
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
   * Asks the server that runs on {@code folder}.
   *
   * @return empty when none runs there
   * @throws OperationRefused with what the server says is wrong
   */
  public static <Q extends Record, A extends Record> Optional<A> ask(
      Path folder, Operation<Q, A> operation, Q question) {
    SocketChannel channel;
    try {
      Optional<Path> bound = new SocketPlace(folder).find();
      if (bound.isEmpty()) {
        return Optional.empty();
      }
      channel = SocketChannel.open(UnixDomainSocketAddress.of(bound.get()));
    } catch (IOException e) {
      return Optional.empty(); // left behind by a server that did not end well
    }
    try (channel;
        Frames frames = new Frames(channel)) {
      frames.write(Dialogue.question(operation.name(), question), PATIENCE);
      byte[] answer =
          frames
              .read(Dialogue.LONGEST_ANSWER, LONGEST_WORK)
              .orElseThrow(() -> new IOException("it has ended"));
      return Optional.of(Dialogue.answer(answer, operation.answer()));
    } catch (IOException | Json.Malformed e) {
      throw new OperationRefused(
          OperationRefused.Kind.UNAVAILABLE,
          "the server gave no answer (" + e.getMessage() + "); it may have done what was asked");
    }
  }

  /** Stops listening; what is being answered is waited for, for a while. */
  @Override
  public void close() {
    close(socket);
    thread.interrupt(); // it may be waiting for a client to go
    join(thread);
    clients.forEach(
        (client, serving) -> {
          try {
            client.shutdownInput(); // nothing more is asked
          } catch (IOException e) {
            LOG.debug("control socket: {}", e.getMessage());
          }
          join(serving);
          close(client);
        });
    place.remove();
  }

  private static void close(Closeable channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("control socket: {}", e.getMessage());
    }
  }

  private static void join(Thread ending) {
    try {
      ending.join(AT_THE_END.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (socket.isOpen()) {
      try {
        free.acquire();
        SocketChannel client = accept();
        // Each on a thread of its own: one that says nothing must not keep the others waiting.
        Thread serving = new Thread(() -> attend(client), "postroom-control-client");
        serving.setDaemon(true);
        clients.put(client, serving);
        serving.start();
      } catch (ClosedChannelException | InterruptedException e) {
        return;
      } catch (IOException e) {
        LOG.debug("control socket: {}", e.getMessage());
      }
    }
  }

  /** With a place taken, which is given back when nobody comes. */
  private SocketChannel accept() throws IOException {
    try {
      return socket.accept();
    } catch (IOException e) {
      free.release();
      throw e;
    }
  }

  private void attend(SocketChannel client) {
    try (client;
        Frames frames = new Frames(client)) {
      if (mayAsk(client)) {
        serve(frames);
      }
    } catch (IOException e) {
      LOG.debug("control socket: {}", e.getMessage());
    } finally {
      clients.remove(client);
      free.release();
    }
  }

  /**
   * The folder's mode keeps others out; where the system says who it is, that is looked at, too.
   */
  private boolean mayAsk(SocketChannel client) throws IOException {
    if (!client.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)) {
      return true;
    }
    UserPrincipal user = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    if (user.equals(owner) || user.getName().equals("root")) {
      return true;
    }
    LOG.warn("control socket: the user {} is not answered", user.getName());
    return false;
  }

  private void serve(Frames frames) throws IOException {
    while (true) {
      Optional<byte[]> frame = frames.read(Dialogue.LONGEST_QUESTION, PATIENCE);
      if (frame.isEmpty()) {
        return;
      }
      frames.write(answer(frame.get()), PATIENCE);
    }
  }

  private byte[] answer(byte[] frame) {
    try {
      Dialogue.Question asked = Dialogue.question(frame);
      Operation<?, ?> operation =
          operations
              .apply(asked.operation())
              .orElseThrow(() -> new Json.Malformed("unknown operation " + asked.operation()));
      return answer(operation, asked);
    } catch (Json.Malformed e) {
      return Dialogue.refusal(
          new OperationRefused(OperationRefused.Kind.REQUEST, String.valueOf(e.getMessage())));
    } catch (OperationRefused e) {
      return Dialogue.refusal(e);
    }
  }

  private <Q extends Record, A extends Record> byte[] answer(
      Operation<Q, A> operation, Dialogue.Question asked) {
    Q question = Records.of(operation.question(), asked.question());
    try {
      return Dialogue.answer(operation.perform(desk, question));
    } finally {
      Records.forget(question);
    }
  }
}
