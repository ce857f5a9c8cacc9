package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.CommandOperation.Call;
import org.postroom.dist.operation.CommandOperation.Environment;
import org.postroom.dist.operation.CommandOperation.Run;
import org.postroom.dist.operation.Desk;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.Operations;
import org.postroom.dist.operation.SubmitOperation;

/**
 * Somebody for whom the server runs a command. What he may have done is what he may ask the server
 * for: everybody may hand in mail and look after the queue, root and the server's own user may do
 * all. Only those two can read all that the server can, so only for them a file is opened here.
 * Whatever does not fit, or fails before it has done anything, ends here and is run in a process of
 * his own, which is slower and can do all.
 */
final class Visitor implements Caller {
  /** What is said, in octets; a listing that is longer is printed as it comes, elsewhere. */
  private static final int MOST_OUTPUT = 256 * 1024;

  /** The mail, or what else a command reads; twice that is in memory while it is handed in. */
  private static final int MOST_INPUT = 256 * 1024;

  /**
   * Words, and the header of a mail, in octets: each two of them may be an address, of which the
   * server's memory has far more than two.
   */
  private static final int MOST_ADDRESSES = 16 * 1024;

  /** What is called often, and soon over. */
  static final List<String> COMMANDS =
      List.of(
          "sendmail",
          "postqueue",
          "postsuper",
          "postcat",
          "postconf",
          "postmap",
          "postalias",
          "postfix",
          "doveadm");

  /** Whoever may not do more than everybody may has these alone. */
  private static final List<String> EVERYBODYS = List.of("sendmail", "postqueue");

  private final CommandTable commands;
  private final Path configuration;
  private final Desk desk;
  private final Environment environment;
  private final Optional<byte[]> input;
  private final Said out = new Said();
  private final Said err = new Said();
  private boolean hasActed;
  private boolean isElsewhere;

  /** The command has to be run in a process of the caller's own. */
  private static final class Elsewhere extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Elsewhere() {
      super("in a process of its own", null, false, false);
    }
  }

  private Visitor(CommandTable commands, Path configuration, Desk desk, Call call)
      throws IOException {
    this.commands = commands;
    this.configuration = configuration.toAbsolutePath().normalize();
    this.desk = desk;
    this.environment = call.environment();
    this.input =
        call.hasInput() ? Optional.of(call.input().readNBytes(MOST_INPUT + 1)) : Optional.empty();
  }

  /**
   * Runs a command.
   *
   * @param commands where it is found
   * @param configuration the server's own
   * @param desk the server, as it is asked by the caller
   */
  static Run run(CommandTable commands, Path configuration, Desk desk, Call call) {
    try {
      return new Visitor(commands, configuration, desk, call).run(call.words());
    } catch (IOException e) {
      return Run.ELSEWHERE; // it is cut off, and nobody hears this
    } catch (Elsewhere e) {
      return Run.ELSEWHERE; // its last words were too many
    }
  }

  private Run run(List<String> words) {
    if (words.isEmpty()
        || !COMMANDS.contains(words.get(0))
        || !EVERYBODYS.contains(words.get(0)) && !isOwner()
        || words.stream().mapToInt(String::length).sum() > MOST_ADDRESSES
        || input.filter(Visitor::isTooLong).isPresent()) {
      return Run.ELSEWHERE;
    }
    String[] line = words.toArray(String[]::new);
    PrintWriter toOut = new PrintWriter(new OutputStreamWriter(out, UTF_8));
    PrintWriter toErr = new PrintWriter(new OutputStreamWriter(err, UTF_8));
    int status = CommandRun.of(commands.line(this, line).setOut(toOut).setErr(toErr), line);
    toOut.flush();
    toErr.flush();
    // What it cannot do here it may be able to do as its caller, who then hears the right reason.
    boolean isComplaint = !hasActed && status != 0 && err.size() > 0;
    return isElsewhere || isComplaint
        ? Run.ELSEWHERE
        : new Run(Optional.of(status), out.inBase64(), err.inBase64());
  }

  private static boolean isTooLong(byte[] mail) {
    return mail.length > MOST_INPUT || headerLength(mail) > MOST_ADDRESSES;
  }

  /** Up to the first empty line. */
  private static int headerLength(byte[] mail) {
    int lineStart = 0;
    for (int at = 0; at < mail.length; at++) {
      if (mail[at] == '\n') {
        boolean isEmpty = at == lineStart || at == lineStart + 1 && mail[lineStart] == '\r';
        if (isEmpty) {
          return lineStart;
        }
        lineStart = at + 1;
      }
    }
    return mail.length;
  }

  @Override
  public String user() {
    return desk.user();
  }

  @Override
  public Optional<String> environment(String name) {
    return switch (name) {
      case "MAIL_CONFIG" -> environment.mailConfig();
      case "NAME" -> environment.name();
      case "POSTROOM_MAIL_NAME" -> environment.mailName();
      default -> Optional.empty();
    };
  }

  @Override
  public ZoneId zone() {
    Optional<String> said = environment.tz();
    if (said.isEmpty() && System.getenv("TZ") == null) {
      return ZoneId.systemDefault();
    }
    // Names alone: of UTC+3 a JVM, POSIX and ZoneId make three different things.
    return said.filter(ZoneId.getAvailableZoneIds()::contains)
        .map(ZoneId::of)
        .orElseThrow(this::elsewhere);
  }

  @Override
  public InputStream in() {
    return input.<InputStream>map(ByteArrayInputStream::new).orElseGet(Unread::new);
  }

  @Override
  public OutputStream out() {
    return out;
  }

  @Override
  public void needsOwnProcess() {
    throw elsewhere();
  }

  @Override
  public Optional<AskedServer> visited(Path meant) {
    // By its name: no file is even looked for that somebody has named. Where ours is gone, its
    // name means no server any more.
    boolean isOurs = meant.equals(configuration) || meant.resolve("main.cf").equals(configuration);
    if (!isOurs || Files.notExists(configuration)) {
      throw elsewhere();
    }
    return Optional.of(new AtTheDesk());
  }

  @Override
  public void readsFiles(Path meant) {
    Optional<AskedServer> unused = visited(meant);
    if (!isOwner()) {
      throw elsewhere();
    }
  }

  /** Whether he can do by himself whatever the server can. */
  private boolean isOwner() {
    return user().equals("root") || user().equals(System.getProperty("user.name"));
  }

  private Elsewhere elsewhere() {
    isElsewhere = true;
    return new Elsewhere();
  }

  /** The server, asked without a way to it. */
  private final class AtTheDesk implements AskedServer {

    @Override
    public <Q extends Record, A extends Record> A ask(Operation<Q, A> operation, Q question) {
      if (!Operations.isEverybodys(operation) && !isOwner()) {
        throw elsewhere();
      }
      hasActed = true;
      return operation.perform(desk, question);
    }

    @Override
    public <Q extends Record, A extends Record> void ask(
        Operation<Q, A> operation, Q question, Function<A, Optional<Q>> next) {
      Optional<Q> asked = Optional.of(question);
      while (asked.isPresent()) {
        asked = next.apply(ask(operation, asked.get()));
      }
    }

    @Override
    public <Q extends Record, A extends Record> void askAsAnybody(
        Operation<Q, A> operation, Q question, Function<A, Optional<Q>> next) {
      throw elsewhere(); // only for what is watched, line by line
    }

    @Override
    public Client client() {
      AskedServer server = this;
      return new Client() {
        @Override
        public <Q extends Record, A extends Record> A ask(Operation<Q, A> operation, Q question) {
          return server.ask(operation, question);
        }

        @Override
        public void close() {
          // There is nothing of its own.
        }
      };
    }

    /** Only the caller's own process leaves a mail in his name. */
    @Override
    public SubmitOperation.Handed handIn(SubmitOperation.Mail mail) {
      try {
        SubmitOperation.Handed handed = ask(SubmitOperation.SUBMIT, mail);
        if (!handed.mayPass()) {
          return handed;
        }
      } catch (OperationRefused e) {
        if (e.kind() == OperationRefused.Kind.REQUEST
            || e.kind() == OperationRefused.Kind.NOT_ALLOWED) {
          throw e;
        }
      }
      throw elsewhere();
    }
  }

  /** What a command says. */
  private final class Said extends OutputStream {
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

    @Override
    public void write(int octet) {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      if (octets.size() + length > MOST_OUTPUT) {
        throw elsewhere();
      }
      octets.write(source, offset, length);
    }

    int size() {
      return octets.size();
    }

    String inBase64() {
      return Base64.getEncoder().encodeToString(octets.toByteArray());
    }
  }

  /** Standard input that is still to be read, where the caller is. */
  private final class Unread extends InputStream {

    @Override
    public int read() {
      throw elsewhere();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      throw elsewhere();
    }
  }
}
