package org.postroom.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.transcript.FilePeer;
import org.postroom.core.transcript.Peer;

/** The same wire at a socket in the file system, for those that come; and what the file is. */
abstract class FileWireContract extends WireContract {
  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true);
  private final boolean nativeTransport;
  private final AtomicInteger others = new AtomicInteger();
  private final Wire wire;

  @TempDir private Path folder;

  FileWireContract(boolean nativeTransport) {
    this.nativeTransport = nativeTransport;
    wire = wire(AddressFamily.ANY);
  }

  private Wire wire(AddressFamily family) {
    WireOptions options =
        new WireOptions(
            1,
            Duration.ofSeconds(1),
            family,
            nativeTransport,
            strangers,
            unsent,
            Optional.empty(),
            Optional.of(between));
    return new NettyWire(
        options, NettyTransport.forSockets(options), buffers, time, workers, lifeline);
  }

  @Override
  Wire wire() {
    return wire;
  }

  @Override
  ListenerOptions options(int most) {
    return super.options(most).as("echo", UnixDomainSocketAddress.of(socket()));
  }

  private Path socket() {
    return folder.resolve("echo");
  }

  @Override
  ListenerOptions elsewhere(ListenerOptions options) {
    return options.as(
        "either", UnixDomainSocketAddress.of(folder.resolve("either" + others.incrementAndGet())));
  }

  /** By the network: we connect to nobody at such a socket. */
  @Override
  Connection waitingClient(Listener listener) throws Exception {
    return super.waitingClient(wire.listen(super.options(5000), Talker::new));
  }

  @Override
  Peer dial(Listener listener) {
    return FilePeer.to(((NettyListener) listener).path().orElseThrow());
  }

  @Override
  long octetsInUse() {
    return buffers.metric().usedDirectMemory() + buffers.metric().usedHeapMemory();
  }

  @Override
  void talksToAServerAsAClient() {
    // as any client, by the network
  }

  @Test
  void whoComesIsThisMachineWhateverFamilyOfAddressesIsListenedTo() throws Exception {
    Wire six = wire(AddressFamily.IPV6);
    Listener listener = six.listen(options(10), Talker::new);
    try (six;
        Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
      Connection connection = connections.poll(10, TimeUnit.SECONDS);

      assertThat(connection.remote()).isEqualTo(LocalPeer.ADDRESS);
      assertThat(connection.local()).isEqualTo(LocalPeer.ADDRESS);
      assertThat(connection.remote().getHostString()).isEqualTo("localhost");
      assertThat(connection.remote().getAddress().getHostAddress()).isEqualTo("127.0.0.1");
    }
    assertThatThrownBy(listener::address)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(socket().toString());
  }

  @Test
  void theSocketIsItsOwnersAloneUnlessItIsToBeOthers() throws IOException {
    Listener listener = listen();
    assertThat(mode()).isEqualTo("rw-------");

    listener.become(options(10).with(SocketRights.EVERYBODY), Talker::new);

    assertThat(mode()).isEqualTo("rw-rw-rw-");
    listener.close();
    wire.listen(
        options(10)
            .with(
                new SocketRights(
                    PosixFilePermissions.fromString("rw-rw----"),
                    Optional.of(Files.getOwner(folder)),
                    Optional.empty())),
        Talker::new);
    assertThat(mode()).isEqualTo("rw-rw----");
  }

  @Test
  void whereOneOfSeveralCannotBeHadNothingIsLeftOfTheOthers() {
    Listener.Terms here = new Listener.Terms(options(10), Talker::new);
    Listener.Terms nowhere =
        new Listener.Terms(
            options(10)
                .as("nowhere", UnixDomainSocketAddress.of(folder.resolve("missing").resolve("s"))),
            Talker::new);

    assertThatThrownBy(() -> wire.listen(List.of(here, nowhere)))
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("there is no folder");

    assertThat(folder).isEmptyDirectory();
  }

  private String mode() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(socket()));
  }

  @Test
  void theSocketGoesWithItsListenerAndNothingElseIsLeft() {
    listen().close();
    assertThat(folder).isEmptyDirectory();

    listen();
    wire.close();

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatAServerHasLeftIsReplaced() throws IOException {
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket()));
    }
    assertThat(socket()).exists();

    Listener listener = listen();

    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
    }
  }

  @Test
  void aSocketAtWhichSomebodyListensIsNotTaken() {
    Listener listener = listen();

    assertThatThrownBy(this::listen)
        .isInstanceOf(WireFault.class)
        .hasMessage("Cannot listen on unix:" + socket() + " (echo): another server listens there");

    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
    }
  }

  @Test
  void whatIsNoSocketStays() throws IOException {
    Files.writeString(socket(), "mine");

    assertThatThrownBy(this::listen)
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("there is a file that is no socket");

    assertThat(socket()).hasContent("mine");
    assertThat(folder).isDirectoryContaining(socket()::equals);
  }

  @Test
  void theSocketOfAnotherInTheSamePlaceStays() throws IOException {
    Listener listener = listen();
    Files.delete(socket());
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(socket()));

      listener.close();

      assertThat(socket()).exists();
    }
  }

  @Test
  void saysWhyThereCanBeNone() {
    Path missing = folder.resolve("missing").resolve("echo");
    assertThatThrownBy(
            () ->
                wire.listen(
                    options(1).as("echo", UnixDomainSocketAddress.of(missing)), Talker::new))
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("there is no folder " + missing.getParent());
    Path far = folder.resolve("x".repeat(100));
    assertThatThrownBy(
            () -> wire.listen(options(1).as("echo", UnixDomainSocketAddress.of(far)), Talker::new))
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("no more than 100 octets");
  }
}
