package org.postroom.pop3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.LoginThrottle;
import org.postroom.core.config.Settings;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.StagedContent;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.testing.StagedOctets;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.transcript.FarConnection;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.core.transcript.Stage;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.ListenerOptions;
import org.postroom.core.wire.PipeWire;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsContexts;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;
import org.postroom.core.wire.Workers;

/**
 * A POP3 server over mailboxes in memory, its clock virtual, for {@code ada}, whose password is
 * {@code secret word}. Started when first connected to.
 */
final class Pop3House implements Stage, AutoCloseable {
  static final CertificateAuthority AUTHORITY =
      CertificateAuthority.create("Test CA", Clock.systemUTC(), new SecureRandom());
  private static final TlsContext TLS = tls();

  final VirtualTime time;
  final MemoryMailStore store;
  final MemoryAccounts accounts;
  final Account ada;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Workers workers;
  private final boolean shared;
  private final List<Wire> opened = new ArrayList<>();
  private Pop3Service service;
  private PipeWire pipes;
  private Wire sockets;
  private Listener listener;
  private boolean far;
  private boolean certified = true;
  private String failing = "";
  private RuntimeException failure = new StorageUnavailable("The test's store fails");

  Pop3House() {
    this(
        VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z")),
        Workers.named("pop3-test", 16),
        false);
  }

  /** A house with stores of its own, on the time, threads and sockets of another. */
  Pop3House(Pop3House neighbour) {
    this(neighbour.time, neighbour.workers, true);
    sockets = neighbour.sockets();
  }

  private Pop3House(VirtualTime time, Workers workers, boolean shared) {
    this.time = time;
    this.workers = workers;
    this.shared = shared;
    store = new MemoryMailStore(time);
    accounts = new MemoryAccounts(store);
    ada = accounts.add("ada", Secret.of("secret word"));
  }

  private static TlsContext tls() {
    CertificateAuthority.Issued issued = AUTHORITY.issue(List.of("localhost", "127.0.0.1"));
    return TlsContexts.server(issued.chain(), issued.key());
  }

  @Override
  public void given(String words) {
    if (words.startsWith("message ") && words.endsWith(" flagged as deleted")) {
      UidSet uids = UidSet.of(uid(words));
      store.store(inbox(), uids, FlagChange.add(Flags.DELETED), Long.MAX_VALUE);
    } else if (words.startsWith("message ")) {
      deliver(unescaped(words.substring(8)));
    } else if (words.startsWith("a store that fails at ")) {
      failing = words.substring(words.lastIndexOf(' ') + 1);
    } else if (words.startsWith("a store that is full at ")) {
      failing = words.substring(words.lastIndexOf(' ') + 1);
      failure = new StorageFull("The test's store is full");
    } else if (words.equals("bob, who may not log in")) {
      accounts.setEnabled(accounts.add("bob", Secret.of("hush")).id(), false);
    } else if (words.equals("clients from elsewhere")) {
      far = true;
    } else if (words.equals("no certificate")) {
      certified = false;
    } else if (words.contains("=")) {
      settings.put(words.substring(0, words.indexOf('=')), words.substring(words.indexOf('=') + 1));
    } else {
      throw new IllegalArgumentException("Not understood: given " + words);
    }
  }

  @Override
  public void when(String words) {
    if (words.endsWith(" seconds pass")) {
      pass(Duration.ofSeconds(Long.parseLong(words.substring(0, words.indexOf(' ')))));
    } else if (words.startsWith("message ") && words.endsWith(" is expunged")) {
      store.expunge(inbox(), store.snapshot(inbox()).uids().between(uid(words), uid(words)));
    } else if (words.equals("expunged messages are forgotten")) {
      store.forgetExpunged();
    } else if (words.startsWith("message ")) {
      deliver(unescaped(words.substring(8)));
    } else {
      throw new IllegalArgumentException("Not understood: when " + words);
    }
  }

  private static long uid(String words) {
    return Long.parseLong(words.split(" ")[1]);
  }

  /** Lets time pass; what a session does now is done first, so that its timers stand. */
  void pass(Duration duration) {
    settle();
    time.advance(duration);
  }

  /** Waits until the server has nothing more to do at this moment. */
  private void settle() {
    int quiet = 0;
    int seen = -1;
    while (quiet < 5) {
      CompletableFuture<Void> moment = new CompletableFuture<>();
      moment.completeOnTimeout(null, 10, TimeUnit.MILLISECONDS).join();
      int pending = time.pending();
      quiet = pending == seen ? quiet + 1 : 0;
      seen = pending;
    }
  }

  /** What {@code answer} gives, while time goes on. */
  <T> T whileTimePasses(Supplier<T> answer) throws Exception {
    CompletableFuture<T> result = CompletableFuture.supplyAsync(answer, workers);
    while (true) {
      try {
        return result.get(5, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        time.advance(Duration.ofMillis(100));
      }
    }
  }

  @Override
  public Peer connect(int number) {
    if (listener == null) {
      listener =
          (shared ? sockets : pipes())
              .listen(
                  new ListenerOptions(
                      "pop3",
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                      Optional.empty(),
                      100,
                      2048,
                      Duration.ofSeconds(60),
                      "-ERR\r\n"),
                  this::session);
    }
    return shared ? SocketPeer.to(listener.address()) : pipes().dial(listener);
  }

  private PipeWire pipes() {
    if (pipes == null) {
      pipes = PipeWire.open(time, workers);
      opened.add(pipes);
    }
    return pipes;
  }

  private Wire sockets() {
    if (sockets == null) {
      WireOptions options = WireOptions.defaults().withGrace(Duration.ofMillis(100));
      sockets = Wires.open(options.withNativeTransport(false), time, workers);
      opened.add(sockets);
    }
    return sockets;
  }

  private Session session(Connection connection) {
    return service().session(far ? new FarConnection(connection) : connection);
  }

  /** A listener on a port of the loopback. */
  InetSocketAddress listen(boolean implicitTls) {
    return service()
        .listen(
            sockets(),
            implicitTls ? "pop3s" : "pop3",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            implicitTls ? Optional.of(TLS) : Optional.empty())
        .address();
  }

  /** A client of a new listener. */
  SocketPeer dial() {
    return SocketPeer.to(listen(false));
  }

  synchronized Pop3Service service() {
    if (service == null) {
      Settings.Builder builder = Settings.builder(Pop3Params.ALL);
      settings.forEach(builder::set);
      service =
          new Pop3Service(
              builder.build(),
              failing.isEmpty() ? store : failing(store, failing, failure),
              accounts,
              new LoginThrottle(time, 100),
              time,
              new SecureRandom(),
              () -> certified ? Optional.of(TLS) : Optional.empty());
    }
    return service;
  }

  /** The store, but for one method, or but for the octets behind the first 64 KiB of messages. */
  private static MailStore failing(MailStore store, String method, RuntimeException failure) {
    return proxy(
        MailStore.class,
        (invoked, arguments) -> {
          if (invoked.getName().equals(method)) {
            throw failure;
          }
          if (method.equals("octets") && invoked.getName().equals("read")) {
            @SuppressWarnings("unchecked")
            Consumer<MessageRow> visitor = (Consumer<MessageRow>) arguments[3];
            arguments[3] = (Consumer<MessageRow>) row -> visitor.accept(torn(row));
          }
          return invoked.invoke(store, arguments);
        });
  }

  private static MessageRow torn(MessageRow row) {
    return proxy(
        MessageRow.class,
        (method, arguments) ->
            method.getName().equals("content")
                ? row.content().map(Pop3House::torn)
                : method.invoke(row, arguments));
  }

  private static Content torn(Content content) {
    return new Content() {
      @Override
      public long size() {
        return content.size();
      }

      @Override
      public int read(long position, ByteBuffer target) {
        if (position >= 64 * 1024) {
          throw new StorageUnavailable("The test's disk is gone");
        }
        return content.read(position, target);
      }
    };
  }

  private interface Invocation {
    Object of(Method method, Object[] arguments) throws ReflectiveOperationException;
  }

  private static <T> T proxy(Class<T> type, Invocation invocation) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return invocation.of(method, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  /** Stops all listeners as the server does when it ends. */
  void shutDown() {
    opened.forEach(Wire::close);
    opened.clear();
  }

  MailboxId inbox() {
    return store.find(ada.id(), MailboxName.INBOX).orElseThrow().id();
  }

  /** The messages that are there now. */
  List<MessageRow> messages() {
    List<MessageRow> rows = new ArrayList<>();
    store.read(inbox(), store.snapshot(inbox()).uids(), Set.of(), rows::add);
    return rows;
  }

  void deliver(byte[] octets) {
    deliver(List.of(octets));
  }

  void deliver(List<byte[]> messages) {
    InternalDate date = InternalDate.of(OffsetDateTime.parse("2026-11-24T15:00:00Z"));
    List<NewMessage> all = new ArrayList<>();
    for (byte[] octets : messages) {
      StagedContent content = StagedOctets.of(octets);
      all.add(new NewMessage(content, 0, Set.of(), date));
    }
    store.append(inbox(), all);
  }

  private static byte[] unescaped(String text) {
    return text.replace("\\n", "\r\n")
        .replace("\\0", "\0")
        .replace("\\empty", "")
        .getBytes(ISO_8859_1);
  }

  @Override
  public void close() {
    shutDown();
    if (listener != null) {
      listener.close();
    }
    if (!shared) {
      workers.close();
    }
  }
}
