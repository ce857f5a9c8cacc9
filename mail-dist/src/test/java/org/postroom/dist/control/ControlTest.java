package org.postroom.dist.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.auth.Accounts;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.policy.LocalRight;
import org.postroom.core.queue.QueueStore;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.operation.Desk;
import org.postroom.dist.operation.DroppedMail;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.RunningServer;

@Timeout(60)
final class ControlTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  record Words(List<String> words) {}

  private static final Operation<Words, Words> ECHO =
      new Operation<>("echo", Words.class, Words.class, (desk, words) -> words);
  private static final Operation<Words, Words> FAIL =
      new Operation<>(
          "fail",
          Words.class,
          Words.class,
          (desk, words) -> {
            throw new IllegalArgumentException("as asked");
          });
  private static final Operation<Words, Words> BREAK =
      new Operation<>(
          "break",
          Words.class,
          Words.class,
          (desk, words) -> {
            throw new IllegalStateException("broken");
          });
  private static final Operation<Words, Words> UNKNOWN =
      new Operation<>("unknown", Words.class, Words.class, (desk, words) -> words);
  private static final Map<String, Operation<?, ?>> ALL =
      Map.of("echo", ECHO, "fail", FAIL, "break", BREAK);

  /** The operations above ask for nothing. */
  private static final Desk EMPTY =
      new Desk() {
        @Override
        public Clock clock() {
          return Clock.systemUTC();
        }

        @Override
        public String user() {
          throw new AssertionError();
        }

        @Override
        public boolean isMaster() {
          throw new AssertionError();
        }

        @Override
        public boolean isPermitted(LocalRight right) {
          throw new AssertionError();
        }

        @Override
        public void permit(LocalRight right) {
          throw new AssertionError();
        }

        @Override
        public Accounts accounts() {
          throw new AssertionError();
        }

        @Override
        public QueueStore queue() {
          throw new AssertionError();
        }

        @Override
        public MailStore mail() {
          throw new AssertionError();
        }

        @Override
        public StagedContent staged(InputStream content) {
          throw new AssertionError();
        }

        @Override
        public List<DroppedMail> maildrop(long from, int most) {
          throw new AssertionError();
        }

        @Override
        public RunningServer server() {
          throw new AssertionError();
        }
      };

  @TempDir private Path folder;
  private final List<AutoCloseable> opened = new ArrayList<>();

  private Control open(Path where) {
    Control control =
        Control.open(where, name -> Optional.ofNullable(ALL.get(name)), user -> EMPTY);
    opened.add(control);
    return control;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private static Optional<List<String>> echo(Path where, String... words) {
    return Control.ask(where, ECHO, new Words(List.of(words))).map(Words::words);
  }

  private SocketChannel dial() throws IOException {
    SocketChannel channel =
        SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("control")));
    opened.add(channel);
    return channel;
  }

  @Test
  void answersAndSaysWhatIsWrong() {
    Control control = open(folder);

    assertThat(echo(folder, "a", "b ü\n")).contains(List.of("a", "b ü\n"));
    assertThatThrownBy(() -> Control.ask(folder, FAIL, new Words(List.of())))
        .isInstanceOfSatisfying(
            OperationRefused.class,
            refused -> {
              assertThat(refused.kind()).isEqualTo(OperationRefused.Kind.REQUEST);
              assertThat(refused.reasons()).containsExactly("as asked");
            });
    assertThatThrownBy(() -> Control.ask(folder, BREAK, new Words(List.of())))
        .isInstanceOfSatisfying(
            OperationRefused.class,
            refused -> assertThat(refused.kind()).isEqualTo(OperationRefused.Kind.INTERNAL));
    assertThatThrownBy(() -> Control.ask(folder, UNKNOWN, new Words(List.of())))
        .hasMessage("unknown operation unknown");

    control.close();
    assertThat(echo(folder)).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aConnectionMayAskSeveralTimes() throws IOException {
    open(folder);
    try (Frames frames = new Frames(dial())) {
      for (String word : List.of("a", "b", "x".repeat(200_000))) {
        frames.write(Dialogue.question("echo", new Words(List.of(word))), PATIENCE);
        byte[] answer = frames.read(Dialogue.LONGEST_ANSWER, PATIENCE).orElseThrow();
        assertThat(Dialogue.answer(answer, Words.class).words()).containsExactly(word);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "user-list",
        "[]",
        "{'version':2,'operation':'echo','question':{'words':[]}}",
        "{'operation':'echo','question':{'words':[]}}",
        "{'version':1,'operation':'echo'}",
        "{'version':1,'operation':'echo','question':{}}",
        "{'version':1,'operation':'echo','question':{'words':[1]}}",
        "{'version':1,'operation':'echo','question':{'words':[],'more':1}}",
        "{'version':1,'operation':'echo','question':{'words':[]},'more':1}"
      })
  void whatIsNoQuestionIsRefused(String text) throws IOException {
    open(folder);
    try (Frames frames = new Frames(dial())) {
      frames.write(text.replace('\'', '"').getBytes(UTF_8), PATIENCE);
      byte[] answer = frames.read(Dialogue.LONGEST_ANSWER, PATIENCE).orElseThrow();

      assertThatThrownBy(() -> Dialogue.answer(answer, Words.class))
          .isInstanceOfSatisfying(
              OperationRefused.class,
              refused -> assertThat(refused.kind()).isEqualTo(OperationRefused.Kind.REQUEST));
    }
    assertThat(echo(folder, "a")).contains(List.of("a"));
  }

  @ParameterizedTest
  @ValueSource(ints = {(1 << 20) + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
  void aFrameThatIsTooLongEndsTheConnection(int length) throws IOException {
    open(folder);
    SocketChannel channel = dial();
    channel.write(ByteBuffer.allocate(4).putInt(length).flip());

    assertThat(channel.read(ByteBuffer.allocate(1))).as("its end").isEqualTo(-1);
    assertThat(echo(folder, "a")).contains(List.of("a"));
  }

  @Test
  void aClientThatSaysNothingKeepsNobodyWaiting() throws IOException {
    Control control = open(folder);
    SocketChannel silent = dial();

    assertThat(echo(folder, "a")).contains(List.of("a"));

    control.close();
    assertThat(silent.read(ByteBuffer.allocate(1))).as("its end").isEqualTo(-1);
  }

  @Test
  void whoComesWhenThereAreManyWaitsForAPlace() throws Exception {
    open(folder);
    List<SocketChannel> silent = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      silent.add(dial());
    }
    CompletableFuture<Optional<List<String>>> waiting =
        CompletableFuture.supplyAsync(() -> echo(folder, "a"));
    assertThatThrownBy(() -> waiting.get(200, TimeUnit.MILLISECONDS))
        .isInstanceOf(java.util.concurrent.TimeoutException.class);

    silent.get(7).close();

    assertThat(waiting.get(30, TimeUnit.SECONDS)).contains(List.of("a"));
  }

  /** The machine has no more of them for a while, and says so in its own way. */
  @Test
  void whereNoThreadCanBeHadWhoComesIsSentAwayAndWhoComesLaterIsAnswered() throws IOException {
    AtomicInteger missing = new AtomicInteger(20); // more than there are places
    opened.add(
        Control.open(
            folder,
            name -> Optional.ofNullable(ALL.get(name)),
            user -> EMPTY,
            work ->
                new Thread(work) {
                  @Override
                  public synchronized void start() {
                    if (missing.getAndDecrement() > 0) {
                      throw new OutOfMemoryError("unable to create native thread");
                    }
                    super.start();
                  }
                }));
    for (int i = 0; i < 20; i++) {
      assertThat(dial().read(ByteBuffer.allocate(1))).as("its end").isEqualTo(-1);
    }

    assertThat(echo(folder, "a")).contains(List.of("a"));
  }

  @Test
  void closesWhileEverybodysPlaceIsTaken() throws IOException {
    Control control = open(folder);
    for (int i = 0; i < 20; i++) {
      dial();
    }

    control.close();

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFolderMayHaveALongerPathThanASocket() throws IOException {
    Path deep = Files.createDirectories(folder.resolve("a".repeat(90)).resolve("b".repeat(90)));
    Control control = open(deep);
    Path socket = Path.of(Files.readString(deep.resolve("control")));

    assertThat(echo(deep, "a")).contains(List.of("a"));
    assertThat(Files.getPosixFilePermissions(socket.getParent()))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));

    control.close();
    assertThat(socket.getParent()).doesNotExist();
    assertThat(deep).isEmptyDirectory();
  }

  /** The place for temporary files is everybody's, and what is asked holds passwords. */
  @Test
  void asksNobodyWhoHasTakenAKilledServersPlace() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken"));
    open(taken);
    Files.setPosixFilePermissions(taken, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path deep = Files.createDirectories(folder.resolve("a".repeat(90)).resolve("b".repeat(90)));
    Files.writeString(deep.resolve("control"), taken.resolve("control").toString());

    assertThat(echo(deep, "secret")).isEmpty();

    open(deep);
    assertThat(echo(deep, "a")).contains(List.of("a"));
    assertThat(taken.resolve("control")).as("another's socket").exists();
  }

  /** As a power cut or a full disk leaves it. */
  @ParameterizedTest
  @ValueSource(strings = {"", "/", "control", "a\0b", "/nowhere/at/all/control"})
  void aTornPlaceIsNoServerAndNoHindrance(String torn) throws IOException {
    Files.writeString(folder.resolve("control"), torn);
    assertThat(echo(folder)).isEmpty();

    Control control = open(folder);

    assertThat(echo(folder, "a")).contains(List.of("a"));
    control.close();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void takesAwayWhatAKilledServerLeft() throws IOException {
    Path left = Files.createTempDirectory("postroom");
    Files.createFile(left.resolve("control"));
    Files.writeString(folder.resolve("control"), left.resolve("control").toString());

    open(folder);

    assertThat(left).doesNotExist();
    assertThat(echo(folder, "a")).contains(List.of("a"));
  }

  @Test
  void whatAKilledServerLeftIsNoServer() throws IOException {
    Files.writeString(folder.resolve("control"), folder.resolve("gone").toString());

    assertThat(echo(folder)).isEmpty();
  }
}
