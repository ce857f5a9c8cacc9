package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How commands reach a server that runs: a socket in its data folder, which only its own user can
 * enter; where the folder's path is too long for a socket, a file there says where it is. One
 * request a connection: a line with the verb, a line for each argument, and an empty line; the
 * answer is lines, the first beginning with {@code ok} or {@code error}.
 */
public final class Control implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Control.class);
  private static final String NAME = "control";
  private static final int MAX_ARGUMENTS = 10_000;

  /** The system's limit is 104 octets or a few more, the end's zero included. */
  private static final int MAX_PATH = 100;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ServerSocketChannel socket;
  private final Path path;
  private final Map<SocketChannel, Thread> clients = new ConcurrentHashMap<>();
  private final Thread thread;
  private final Requests requests;

  /** Does what a request asks for. */
  public interface Requests {

    /** The answer's lines; what goes wrong is thrown, its message is told. */
    List<String> answer(String verb, List<String> arguments);
  }

  private Control(ServerSocketChannel socket, Path path, Requests requests) {
    this.socket = socket;
    this.path = path;
    this.requests = requests;
    this.thread = new Thread(this::run, "postroom-control");
    thread.setDaemon(true);
  }

  /** Listens in {@code folder}. */
  static Control open(Path folder, Requests requests) {
    Path path = folder.resolve(NAME);
    ServerSocketChannel socket = null;
    try {
      remove(path);
      socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      Path bound = place(path);
      socket.bind(UnixDomainSocketAddress.of(bound));
      // Whoever can write to it can change passwords.
      Files.setPosixFilePermissions(bound, OWNER_ONLY);
      Control control = new Control(socket, path, requests);
      control.thread.start();
      return control;
    } catch (IOException e) {
      if (socket != null) {
        close(socket);
      }
      remove(path);
      throw new UncheckedIOException("no control socket at " + path, e);
    }
  }

  /** Where the socket comes; when that is elsewhere, {@code path} says so from now on. */
  private static Path place(Path path) throws IOException {
    if (path.toString().getBytes(UTF_8).length <= MAX_PATH) {
      return path;
    }
    Path folder = Files.createTempDirectory("postroom"); // of this user alone
    try {
      Path bound = folder.resolve(NAME);
      Files.writeString(path, bound.toString());
      return bound;
    } catch (IOException e) {
      Files.delete(folder);
      throw e;
    }
  }

  /** Where the socket is; empty when the place that {@code path} names is not its owner's alone. */
  private static Optional<Path> placed(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return Optional.of(path);
    }
    Path bound = named(path);
    if (bound == null || bound.getParent() == null) {
      return Optional.empty();
    }
    // Temporary files go, and in their place anybody may have put a socket of his own.
    PosixFileAttributes folder =
        Files.readAttributes(bound.getParent(), PosixFileAttributes.class, NOFOLLOW_LINKS);
    boolean own =
        folder.isDirectory()
            && folder.owner().equals(Files.getOwner(path))
            && folder.permissions().equals(PosixFilePermissions.fromString("rwx------"));
    return own ? Optional.of(bound) : Optional.empty();
  }

  /**
   * The path that is written in a file; null where a crash or a full disk has left no whole one.
   */
  private static @Nullable Path named(Path path) throws IOException {
    try {
      return Path.of(Files.readString(path));
    } catch (InvalidPathException | CharacterCodingException e) {
      return null;
    }
  }

  /** Removes the socket, or what a server that did not end well has left of it. */
  private static void remove(Path path) {
    try {
      if (Files.isRegularFile(path)) {
        Path bound = placed(path).orElse(null);
        if (bound != null) {
          Files.deleteIfExists(bound);
          Files.deleteIfExists(bound.getParent());
        }
      }
    } catch (IOException e) {
      LOG.debug("control socket: {}", e.getMessage()); // gone, or not ours to remove
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.debug("control socket: {}", e.getMessage()); // then it cannot be bound, and that is said
    }
  }

  /**
   * Asks the server that runs on {@code folder}.
   *
   * @return empty when none runs there
   * @throws IllegalStateException with what the server says is wrong
   */
  public static Optional<List<String>> ask(Path folder, String verb, List<String> arguments) {
    Path path = folder.resolve(NAME);
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try {
      Optional<Path> bound = placed(path);
      return bound.isEmpty()
          ? Optional.empty()
          : Optional.of(ask(UnixDomainSocketAddress.of(bound.get()), verb, arguments));
    } catch (IOException e) {
      // Left behind by a server that did not end well.
      return Optional.empty();
    }
  }

  private static List<String> ask(
      UnixDomainSocketAddress server, String verb, List<String> arguments) throws IOException {
    try (SocketChannel channel = SocketChannel.open(server)) {
      Writer out = Channels.newWriter(channel, UTF_8);
      out.write(verb + "\n");
      for (String argument : arguments) {
        out.write(argument + "\n");
      }
      out.write("\n");
      out.flush();
      List<String> answer =
          new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), UTF_8))
              .lines()
              .toList();
      if (answer.isEmpty() || !answer.get(0).equals("ok")) {
        throw new IllegalStateException(
            answer.isEmpty()
                ? "the server gave no answer"
                : answer.get(0).replaceFirst("error ", ""));
      }
      return answer.subList(1, answer.size());
    }
  }

  /** Stops listening; what is being answered is waited for, for a while. */
  @Override
  public void close() {
    close(socket);
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
    remove(path);
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
      ending.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (socket.isOpen()) {
      try {
        SocketChannel client = socket.accept();
        // Each on a thread of its own: one that says nothing must not keep the others waiting.
        Thread serving = new Thread(() -> attend(client), "postroom-control-client");
        serving.setDaemon(true);
        clients.put(client, serving);
        serving.start();
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.debug("control socket: {}", e.getMessage());
      }
    }
  }

  private void attend(SocketChannel client) {
    try (client) {
      serve(client);
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("control socket: {}", e.getMessage());
    } finally {
      clients.remove(client);
    }
  }

  private void serve(SocketChannel client) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(Channels.newInputStream(client), UTF_8));
    List<String> lines =
        in.lines().limit(MAX_ARGUMENTS).takeWhile(line -> !line.isEmpty()).toList();
    Writer out = Channels.newWriter(client, UTF_8);
    if (!lines.isEmpty()) {
      try {
        List<String> answer = requests.answer(lines.get(0), lines.subList(1, lines.size()));
        out.write("ok\n");
        for (String line : answer) {
          out.write(line + "\n");
        }
      } catch (RuntimeException e) {
        out.write("error " + e.getMessage() + "\n");
      }
      out.flush();
    }
  }
}
