package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How commands reach a server that runs: a socket in its data folder, which only its own user can
 * enter. One request a connection: a line with the verb, a line for each argument, and an empty
 * line; the answer is lines, the first beginning with {@code ok} or {@code error}.
 */
public final class Control implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Control.class);
  private static final String NAME = "control";
  private static final int MAX_ARGUMENTS = 10_000;

  private final ServerSocketChannel socket;
  private final Path path;
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
    try {
      Files.deleteIfExists(path);
      ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      socket.bind(UnixDomainSocketAddress.of(path));
      // Whoever can write to it can change passwords.
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      Control control = new Control(socket, path, requests);
      control.thread.start();
      return control;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("no control socket at " + path, e);
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
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
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

  @Override
  public void close() {
    try {
      socket.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.debug("control socket: {}", e.getMessage());
    }
  }

  private void run() {
    while (socket.isOpen()) {
      try (SocketChannel client = socket.accept()) {
        serve(client);
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.debug("control socket: {}", e.getMessage());
      }
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
