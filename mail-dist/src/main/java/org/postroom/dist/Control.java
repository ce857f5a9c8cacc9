package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

  private final ServerSocketChannel socket;
  private final Path path;
  private final Path bound;
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();
  private final Thread thread;
  private final Requests requests;

  /** Does what a request asks for. */
  public interface Requests {

    /** The answer's lines; what goes wrong is thrown, its message is told. */
    List<String> answer(String verb, List<String> arguments);
  }

  private Control(ServerSocketChannel socket, Path path, Path bound, Requests requests) {
    this.socket = socket;
    this.path = path;
    this.bound = bound;
    this.requests = requests;
    this.thread = new Thread(this::run, "postroom-control");
    thread.setDaemon(true);
  }

  /** Listens in {@code folder}. */
  static Control open(Path folder, Requests requests) {
    Path path = folder.resolve(NAME);
    try {
      Files.deleteIfExists(path);
      Path bound = path;
      if (path.toString().getBytes(UTF_8).length > MAX_PATH) {
        // A folder of this user alone.
        bound = Files.createTempDirectory("postroom").resolve(NAME);
        Files.writeString(path, bound.toString());
      }
      ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      socket.bind(UnixDomainSocketAddress.of(bound));
      // Whoever can write to it can change passwords.
      Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString("rw-------"));
      Control control = new Control(socket, path, bound, requests);
      control.thread.start();
      return control;
    } catch (IOException e) {
      throw new UncheckedIOException("no control socket at " + path, e);
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
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(bound(path)))) {
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
      return Optional.of(answer.subList(1, answer.size()));
    } catch (IOException e) {
      // Left behind by a server that did not end well.
      return Optional.empty();
    }
  }

  private static Path bound(Path path) throws IOException {
    return Files.isRegularFile(path) ? Path.of(Files.readString(path)) : path;
  }

  @Override
  public void close() {
    try {
      socket.close();
      for (SocketChannel client : clients) {
        client.close();
      }
      Files.deleteIfExists(path);
      if (Files.deleteIfExists(bound)) {
        Files.deleteIfExists(bound.getParent());
      }
    } catch (IOException e) {
      LOG.debug("control socket: {}", e.getMessage());
    }
  }

  private void run() {
    while (socket.isOpen()) {
      try {
        SocketChannel client = socket.accept();
        clients.add(client);
        // Each on a thread of its own: one that says nothing must not keep the others waiting.
        Thread serving = new Thread(() -> attend(client), "postroom-control-client");
        serving.setDaemon(true);
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
