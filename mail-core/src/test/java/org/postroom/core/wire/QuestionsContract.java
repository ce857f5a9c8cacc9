package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.life.Lifeline;
import org.postroom.core.machine.SystemTimers;
import org.postroom.core.refusal.WireFault;

/** What is asked of servers of the network. */
@Timeout(60)
abstract class QuestionsContract {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final byte[] QUESTION = "who?".getBytes(US_ASCII);

  private final SystemTimers timers = new SystemTimers("questions-test", new Lifeline());
  private final boolean nativeTransport;
  private @Nullable Wire wire;

  QuestionsContract(boolean nativeTransport) {
    this.nativeTransport = nativeTransport;
  }

  private Questions questions() {
    Wire opened =
        Wires.open(
            WireOptions.defaults().withNativeTransport(nativeTransport),
            timers,
            ForkJoinPool.commonPool());
    wire = opened;
    return opened.questions();
  }

  @AfterEach
  void close() {
    if (wire != null) {
      wire.close();
    }
    timers.close();
  }

  private static String said(CompletionStage<byte[]> answer) throws Exception {
    return new String(answer.toCompletableFuture().get(40, TimeUnit.SECONDS), US_ASCII);
  }

  private static void assertFails(CompletionStage<byte[]> answer, String why) {
    assertThatThrownBy(() -> said(answer))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(WireFault.class)
        .hasMessageContaining(why);
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }

  /** A server for one stream. */
  private interface Serving {
    void serve(Socket client) throws Exception;
  }

  private static InetSocketAddress serve(ServerSocket server, Serving serving) {
    CompletableFuture<Void> unused =
        CompletableFuture.runAsync(
            () -> {
              try (server;
                  Socket client = server.accept()) {
                serving.serve(client);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    return new InetSocketAddress(loopback(), server.getLocalPort());
  }

  private static String question(Socket client) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    byte[] octets = new byte[in.readUnsignedShort()];
    in.readFully(octets);
    return new String(octets, US_ASCII);
  }

  @Test
  void takesTheDatagramThatAnswersAndNoOther() throws Exception {
    try (DatagramSocket server = new DatagramSocket(0, loopback())) {
      CompletionStage<byte[]> answer =
          questions()
              .byDatagram(
                  new InetSocketAddress(loopback(), server.getLocalPort()),
                  QUESTION,
                  octets -> octets[0] == 'I',
                  LONG);
      DatagramPacket came = new DatagramPacket(new byte[100], 100);
      server.receive(came);
      for (String reply : new String[] {"not meant for you", "I"}) {
        byte[] octets = reply.getBytes(US_ASCII);
        server.send(new DatagramPacket(octets, octets.length, came.getSocketAddress()));
      }

      assertThat(new String(came.getData(), 0, came.getLength(), US_ASCII)).isEqualTo("who?");
      assertThat(said(answer)).isEqualTo("I");
    }
  }

  @Test
  void datagramsOfOthersAreNotHeard() throws Exception {
    try (DatagramSocket server = new DatagramSocket(0, loopback());
        DatagramSocket other = new DatagramSocket(0, loopback())) {
      CompletionStage<byte[]> answer =
          questions()
              .byDatagram(
                  new InetSocketAddress(loopback(), server.getLocalPort()),
                  QUESTION,
                  octets -> true,
                  LONG);
      DatagramPacket came = new DatagramPacket(new byte[100], 100);
      server.receive(came);
      other.send(new DatagramPacket(new byte[] {'x'}, 1, came.getSocketAddress()));
      server.send(new DatagramPacket(new byte[] {'I'}, 1, came.getSocketAddress()));

      assertThat(said(answer)).isEqualTo("I");
    }
  }

  @Test
  void silenceEndsWithThePatience() throws Exception {
    Questions questions = questions();
    try (DatagramSocket server = new DatagramSocket(0, loopback());
        ServerSocket streams = new ServerSocket(0, 5, loopback())) {
      assertFails(
          questions.byDatagram(
              new InetSocketAddress(loopback(), server.getLocalPort()),
              QUESTION,
              octets -> true,
              Duration.ofMillis(50)),
          "says nothing in 50 ms");
      assertFails(
          questions.byStream(
              new InetSocketAddress(loopback(), streams.getLocalPort()),
              QUESTION,
              Duration.ofMillis(50)),
          "says nothing in 50 ms");
    }
  }

  @Test
  void whereNobodyListensIsSaidAtOnce() throws Exception {
    Questions questions = questions();
    try (Socket taken = new Socket()) { // and does not listen: nobody else can
      taken.bind(new InetSocketAddress(loopback(), 0));
      int port = taken.getLocalPort();

      assertFails(
          questions.byStream(new InetSocketAddress(loopback(), port), QUESTION, LONG),
          ":" + port + " cannot be reached");
    }
  }

  @Test
  void anAnswerMayComeOctetByOctet() throws Exception {
    String long_ = "x".repeat(65_535);
    try (ServerSocket server = new ServerSocket(0, 5, loopback())) {
      InetSocketAddress address =
          serve(
              server,
              client -> {
                assertThat(question(client)).isEqualTo("who?");
                client.setTcpNoDelay(true);
                OutputStream out = client.getOutputStream();
                for (int octet : new int[] {0xff, 0xff, 'x', 'x'}) {
                  out.write(octet);
                  out.flush();
                }
                out.write(long_.substring(2).getBytes(US_ASCII));
                out.write("and more, which nobody asked for".getBytes(US_ASCII));
                out.flush();
                client.shutdownOutput();
                assertThat(client.getInputStream().read()).isEqualTo(-1);
              });

      assertThat(said(questions().byStream(address, QUESTION, LONG))).isEqualTo(long_);
    }
  }

  @Test
  void halfAnAnswerIsNone() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, loopback())) {
      InetSocketAddress address =
          serve(
              server,
              client -> {
                assertThat(question(client)).isEqualTo("who?");
                client.getOutputStream().write(new byte[] {0, 5, 'a'});
              });

      assertFails(questions().byStream(address, QUESTION, LONG), "has hung up");
    }
  }

  @Test
  void theEndOfTheWireEndsThem() throws Exception {
    Questions questions = questions();
    try (DatagramSocket server = new DatagramSocket(0, loopback())) {
      InetSocketAddress address = new InetSocketAddress(loopback(), server.getLocalPort());
      CompletionStage<byte[]> waiting =
          questions.byDatagram(address, QUESTION, octets -> true, LONG);
      server.receive(new DatagramPacket(new byte[100], 100));

      wire.close();

      assertFails(waiting, "closed");
      assertFails(questions.byDatagram(address, QUESTION, octets -> true, LONG), "closed");
      assertFails(questions.byStream(address, QUESTION, LONG), "closed");
    }
  }

  @Test
  void noDatagramsGoThroughPipes() throws Exception {
    try (PipeWire pipes = PipeWire.open(timers, ForkJoinPool.commonPool())) {
      assertFails(
          pipes
              .questions()
              .byDatagram(new InetSocketAddress(loopback(), 53), QUESTION, octets -> true, LONG),
          "pipe");
    }
  }
}
