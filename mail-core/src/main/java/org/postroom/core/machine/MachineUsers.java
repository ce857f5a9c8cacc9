package org.postroom.core.machine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.trouble.Reason;

/** The users and groups that passwd(5) and group(5) have. Read whenever somebody asks. */
public final class MachineUsers {
  private static final String NUMBER = "[0-9]{1,9}";

  private static final Path SYSTEM = Path.of("/etc");

  private final Path folder;

  /** Those in {@code passwd} and {@code group} of a folder. */
  public MachineUsers(Path folder) {
    this.folder = folder;
  }

  /** Those of this machine. */
  public static MachineUsers ofThisMachine() {
    return new MachineUsers(SYSTEM);
  }

  /**
   * Who is called so, or else has that number, as an administrator may write it.
   *
   * @param name or his number
   * @throws LookupUnavailable where the file cannot be read
   */
  public Optional<MachineUser> find(String name) {
    Optional<MachineUser> named = named(name);
    return named.isPresent() || !name.matches(NUMBER) ? named : user(2, name);
  }

  /**
   * Who is called so, and nobody who has it for his number: what stands in addresses is a name.
   * {@link LookupUnavailable} as above.
   */
  public Optional<MachineUser> named(String name) {
    return user(0, name);
  }

  private Optional<MachineUser> user(int field, String value) {
    return line("passwd", 7, fields -> fields[field].equals(value))
        .filter(fields -> fields[2].matches(NUMBER) && fields[3].matches(NUMBER))
        .map(
            fields ->
                new MachineUser(
                    fields[0],
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]),
                    fields[5],
                    fields[6]));
  }

  /** The number of a group, by its name or number; {@link LookupUnavailable} as for users. */
  public Optional<Long> group(String name) {
    return name.matches(NUMBER)
        ? Optional.of(Long.parseLong(name))
        : line("group", 3, fields -> fields[0].equals(name))
            .map(fields -> fields[2])
            .filter(number -> number.matches(NUMBER))
            .map(Long::parseLong);
  }

  private Optional<String[]> line(String file, int fields, Predicate<String[]> isIt) {
    Path path = folder.resolve(file);
    try (Stream<String> lines = Files.lines(path, ISO_8859_1)) {
      return lines
          .map(line -> line.split(":", -1))
          .filter(line -> line.length >= fields && isIt.test(line))
          .findFirst();
    } catch (IOException | UncheckedIOException e) {
      throw new LookupUnavailable(path + " cannot be read: " + Reason.text(e));
    }
  }
}
