package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A policy server of a test's: answers each request with what a function makes of it. */
public final class SmallPolicyServer implements AutoCloseable {

  /** An answer that is none: the connection ends. Behind an answer, it ends then. */
  public static final String CLOSE = "\0";

  private final ServerSocketChannel listener;
  private final UnaryOperator<String> answers;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<SocketChannel> connections = new CopyOnWriteArrayList<>();

  private SmallPolicyServer(
      ServerSocketChannel listener, SocketAddress address, UnaryOperator<String> answers)
      throws IOException {
    this.listener = listener;
    this.answers = answers;
    listener.bind(address);
    thread(this::accept);
  }

  /**
   * One that listens by TCP.
   *
   * @param answers makes the octets of the answer; none for silence
   */
  public static SmallPolicyServer byTcp(UnaryOperator<String> answers) {
    try {
      return new SmallPolicyServer(
          ServerSocketChannel.open(),
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          answers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One at a socket of this machine. */
  public static SmallPolicyServer at(Path socket, UnaryOperator<String> answers) {
    try {
      return new SmallPolicyServer(
          ServerSocketChannel.open(StandardProtocolFamily.UNIX),
          UnixDomainSocketAddress.of(socket),
          answers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The octets of an answer that says {@code action}. */
  public static String action(String action) {
    return "action=" + action + "\n\n";
  }

  /** As {@code check_policy_service} names it. */
  public String name() {
    try {
      return listener.getLocalAddress() instanceof InetSocketAddress inet
          ? "inet:127.0.0.1:" + inet.getPort()
          : "unix:" + listener.getLocalAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it was asked, without the empty lines. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** One line of the last request: the value of {@code name}. */
  public String lastValue(String name) {
    return requests
        .get(requests.size() - 1)
        .lines()
        .filter(line -> line.startsWith(name + "="))
        .findFirst()
        .orElseThrow()
        .substring(name.length() + 1);
  }

  /** How many connections it has had. */
  public int connections() {
    return connections.size();
  }

  /** How many of them are open. */
  public long open() {
    return connections.stream().filter(SocketChannel::isOpen).count();
  }

  /** Ends the connections there are; it goes on to listen. */
  public void endConnections() {
    connections.forEach(SmallPolicyServer::close);
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    endConnections();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = listener.accept();
        connections.add(connection);
        if (!listener.isOpen()) {
          close(connection); // it came while this ended: nobody else would end it
          return;
        }
        thread(() -> serve(connection));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void serve(SocketChannel connection) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(Channels.newInputStream(connection), UTF_8))) {
      StringBuilder request = new StringBuilder();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (!line.isEmpty()) {
          request.append(line).append('\n');
          continue;
        }
        requests.add(request.toString());
        String answer = answers.apply(request.toString());
        request.setLength(0);
        connection.write(ByteBuffer.wrap(answer.replace(CLOSE, "").getBytes(UTF_8)));
        if (answer.endsWith(CLOSE)) {
          return;
        }
      }
    } catch (IOException e) {
      // The other side has ended it, or this one.
    } finally {
      close(connection);
    }
  }

  private static void close(SocketChannel connection) {
    try {
      connection.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void thread(Runnable task) {
    Thread thread = new Thread(task, "policy-server");
    thread.setDaemon(true);
    thread.start();
  }
}
