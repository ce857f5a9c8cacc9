package org.postroom.core.flow;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postroom.core.address.Address;
import org.postroom.core.auth.source.SourceParams;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Settings;
import org.postroom.core.config.TextWithNames;
import org.postroom.core.fact.Fact;
import org.postroom.core.fact.Facts;
import org.postroom.core.machine.MachineUser;
import org.postroom.core.machine.MachineUsers;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.RecipientDelimiter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files in which users of this machine say where their mail goes ({@code forward_path}): of
 * each, the first that is there. Read whenever somebody asks, so that what a user has changed holds
 * at once. Where nobody here is a user of the machine there are none.
 */
final class ForwardFiles {
  private static final Logger LOG = LoggerFactory.getLogger(ForwardFiles.class);

  /** What a path has in it that is nothing without an extension. */
  private static final Pattern EXTENSION =
      Pattern.compile("\\$(extension\\b|\\{extension}|\\(extension\\))");

  /** A file's name has no room for a longer extension, whatever stands before it. */
  private static final int LONGEST = 100;

  /** So many files of one user are read at a time; a thread that reads may be held by him. */
  private static final int AT_ONCE = 8;

  /** What is slower is no file on a disk. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** So many wait for that: a file may name many others, which are asked for together. */
  private static final int WAITING = 200;

  private final List<TextWithNames> paths;
  private final String allowed;
  private final boolean marked;
  private final RecipientDelimiter delimiter;
  private final MachineUsers users;
  private final FewAtOnce reading;
  private final SharedReadings shared = new SharedReadings();

  private ForwardFiles(
      List<TextWithNames> paths,
      String allowed,
      boolean marked,
      RecipientDelimiter delimiter,
      MachineUsers users,
      FewAtOnce reading) {
    this.paths = paths;
    this.allowed = allowed;
    this.marked = marked;
    this.delimiter = delimiter;
    this.users = users;
    this.reading = reading;
  }

  /**
   * Those that settings name.
   *
   * @throws BadConfiguration where a path is not well written
   */
  static ForwardFiles of(Settings settings, RecipientDelimiter delimiter, MachineUsers users) {
    List<TextWithNames> paths =
        areUsersHere(settings)
            ? Stream.of(settings.get(ForwardParams.PATH).split("[,\\s]+"))
                .filter(text -> !text.isEmpty())
                .map(text -> new TextWithNames(ForwardParams.PATH.name(), text))
                .toList()
            : List.of();
    try {
      paths.forEach(path -> path.with(Map.of("home", "/home/user")));
    } catch (BadValue e) {
      throw new BadConfiguration(settings.fault(ForwardParams.PATH, e.reason()));
    }
    return new ForwardFiles(
        paths,
        settings.get(ForwardParams.FILTER),
        settings.get(ForwardParams.DELIVERED_HEADER).contains("forward"),
        delimiter,
        users,
        new FewAtOnce(AT_ONCE, WAITING, PATIENCE));
  }

  /** Whether people are known, or have their mail, as users of this machine. */
  private static boolean areUsersHere(Settings settings) {
    return settings.get(AliasParams.MAILBOX_FILES) || SourceParams.haveSystem(settings);
  }

  /** Whether nobody has one. */
  boolean isEmpty() {
    return paths.isEmpty();
  }

  /** Whether mail that goes on by one says so, by which it is known when it comes back. */
  boolean areMarked() {
    return marked;
  }

  /** The name that an address has among the users of this machine, if any. */
  String user(Address address) {
    return delimiter.user(address.localPart()).toLowerCase(Locale.ROOT);
  }

  /** What an address has behind that name, with what parts them; empty where nothing. */
  String extension(Address address) {
    String local = address.localPart();
    int at = delimiter.indexIn(local);
    return at < 0 ? "" : local.substring(at);
  }

  /**
   * What is there.
   *
   * @param user whose it is
   * @param named whether the name of the file has the address's extension in it
   * @param reading what it says
   */
  record Found(MachineUser user, Path path, boolean named, HomeFile.Reading reading) {}

  /** The file for an address in a domain of ours; empty where there is none. */
  Optional<Found> find(Address address, Facts facts) {
    return isEmpty() ? Optional.empty() : facts.know(new Asked(this, address));
  }

  /** The file that a user's file names by {@code :include:}. */
  HomeFile.Reading include(String path, MachineUser user, Facts facts) {
    return facts.know(new Included(this, path, user));
  }

  /** The file that a table of aliases names by {@code :include:}; its owner may be a user, too. */
  IncludeFile.Content list(String path, Facts facts) {
    return facts.know(new IncludeFile(path, reading));
  }

  /** None where nobody is here who could have one. */
  ForwardFiles none() {
    return new ForwardFiles(List.of(), allowed, marked, delimiter, users, reading);
  }

  private Optional<Found> look(Address address) {
    Optional<MachineUser> user = users.named(user(address)).filter(one -> !one.home().isBlank());
    return user.flatMap(one -> paths.stream().flatMap(p -> file(p, one, address)).findFirst());
  }

  /** None where there is no such file: the next path is asked. */
  private Stream<Found> file(TextWithNames text, MachineUser user, Address address) {
    String local = address.localPart();
    int at = delimiter.indexIn(local);
    boolean named = EXTENSION.matcher(text.text()).find();
    // As local(8) has it: who writes to him need not know in what letters his files are called.
    String extension = at < 0 ? "" : filtered(local.substring(at + 1).toLowerCase(Locale.ROOT));
    // No file is called so, and the sender does not say in which folder to look.
    if (named && (at < 0 || extension.length() > LONGEST || extension.contains("/"))) {
      return Stream.empty();
    }
    String path =
        text.with(
            Map.of(
                "home",
                user.home(),
                "user",
                user.name(),
                "shell",
                user.shell(),
                "extension",
                extension,
                "recipient_delimiter",
                at < 0 ? "" : local.substring(at, at + 1),
                "local",
                filtered(local),
                "domain",
                address.domain().name(),
                "recipient",
                filtered(address.toString())));
    try {
      Path file = Path.of(path);
      HomeFile.Reading reading = HomeFile.read(file, user, shared);
      if (reading instanceof HomeFile.Reading.Ignored ignored) {
        LOG.warn("mail of {} does not go by {}, which {}", user.name(), file, ignored.why());
      }
      return reading instanceof HomeFile.Reading.None
          ? Stream.empty()
          : Stream.of(new Found(user, file, named, reading));
    } catch (InvalidPathException e) {
      return Stream.empty();
    }
  }

  private String filtered(String value) {
    StringBuilder filtered = new StringBuilder();
    value.codePoints().forEach(c -> filtered.appendCodePoint(allowed.indexOf(c) >= 0 ? c : '_'));
    return filtered.toString();
  }

  /** What a user's file says of an address. */
  private record Asked(ForwardFiles of, Address address) implements Fact<Optional<Found>> {
    @Override
    public Optional<Optional<Found>> atOnce() {
      return Optional.empty();
    }

    @Override
    public CompletionStage<Optional<Found>> ask(Executor mayBlock) {
      return of.reading.of(of.user(address), () -> of.look(address), mayBlock);
    }

    @Override
    public String toString() {
      return ForwardParams.PATH + " of " + address;
    }
  }

  private record Included(ForwardFiles of, String path, MachineUser user)
      implements Fact<HomeFile.Reading> {
    @Override
    public Optional<HomeFile.Reading> atOnce() {
      return Optional.empty();
    }

    @Override
    public CompletionStage<HomeFile.Reading> ask(Executor mayBlock) {
      return of.reading.of(user.name(), this::read, mayBlock);
    }

    private HomeFile.Reading read() {
      try {
        Path file = Path.of(path);
        return HomeFile.readNamed(file, user, of.shared);
      } catch (InvalidPathException e) {
        return new HomeFile.Reading.Ignored("is no path");
      }
    }

    @Override
    public String toString() {
      return ":include:" + path + " of " + user.name();
    }
  }
}
