package org.postroom.core.auth.source;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.postroom.core.auth.scheme.HashLimits;
import org.postroom.core.auth.scheme.StoredPassword;
import org.postroom.core.people.Person;
import org.postroom.core.people.Proof;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.table.FileWatch;

/**
 * The system's users. Mail is taken for each of them, as local(8) does; to log in takes a password
 * in /etc/shadow, which this process must be able to read, and a number in range. What shell
 * somebody has says nothing of mail: who has none is as a rule there for mail alone.
 */
final class SystemUsers implements Watching {

  /** What passwd(5) says of somebody's password when it is in shadow(5). */
  private static final String IN_SHADOW = "x";

  private final PasswdFile<User> users;
  private final PasswdFile<Shadow> shadow;
  private final Clock clock;

  /** A line of passwd(5). */
  private record User(Person person, boolean inShadow) {}

  /**
   * A line of shadow(5).
   *
   * @param expires the first day, since 1970, on which the user is none any more
   */
  private record Shadow(Proof proof, long expires) {
    private static final Shadow NONE = new Shadow(Proof.NONE, Long.MAX_VALUE);
  }

  private SystemUsers(PasswdFile<User> users, PasswdFile<Shadow> shadow, Clock clock) {
    this.users = users;
    this.shadow = shadow;
    this.clock = clock;
  }

  /**
   * Reads the files.
   *
   * @param folder where passwd and shadow are
   * @param inRange whether who has this number may log in
   * @param warnings hears what is to be said about them
   */
  static SystemUsers open(
      Path folder, HashLimits limits, LongPredicate inRange, Clock clock, List<String> warnings) {
    PersonFields fields = new PersonFields(StoredPassword.CRYPT, limits);
    Path shadow = folder.resolve("shadow");
    List<String> ofShadow = new ArrayList<>();
    SystemUsers opened =
        new SystemUsers(
            PasswdFile.open(
                folder.resolve("passwd"),
                (line, wrong) -> user(line, fields, inRange, wrong),
                warnings),
            PasswdFile.open(shadow, (line, wrong) -> shadow(line, fields, wrong), ofShadow),
            clock);
    if (Files.isReadable(shadow)) {
      warnings.addAll(ofShadow);
    } else {
      warnings.add(
          shadow
              + " cannot be read by this process: the system's users get their mail, and cannot log"
              + " in. Who is in its group can read it");
    }
    return opened;
  }

  private static User user(
      PasswdLine line, PersonFields fields, LongPredicate inRange, List<String> warnings) {
    boolean inShadow = line.password().equals(IN_SHADOW);
    Proof proof =
        inShadow ? Proof.NONE : fields.proof(line.name(), Optional.of(line.password()), warnings);
    Optional<Long> uid = number(line.uid());
    if (uid.isEmpty()) {
      warnings.add(line.name() + " has no number, so he cannot log in");
    }
    return new User(
        Person.of(line.name(), proof).withLogIn(uid.filter(inRange::test).isPresent()), inShadow);
  }

  private static Shadow shadow(PasswdLine line, PersonFields fields, List<String> warnings) {
    return new Shadow(
        fields.proof(line.name(), Optional.of(line.password()), warnings),
        number(line.rest().split(":", 2)[0]).orElse(Long.MAX_VALUE));
  }

  private static Optional<Long> number(String text) {
    return text.matches("[0-9]{1,10}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }

  @Override
  public Optional<Person> find(String name) {
    return users
        .find(name)
        .map(user -> user.inShadow() ? whole(user.person(), line(user)) : user.person());
  }

  @Override
  public Optional<Optional<Person>> recall(String name) {
    Optional<Optional<User>> recalled = users.recall(name);
    if (recalled.isEmpty()) {
      return Optional.empty();
    }
    if (recalled.get().isEmpty()) {
      return Optional.of(Optional.empty());
    }
    User user = recalled.get().get();
    if (!user.inShadow()) {
      return Optional.of(Optional.of(user.person()));
    }
    Optional<Shadow> line = recallLine(user);
    return line.isEmpty()
        ? Optional.empty()
        : Optional.of(Optional.of(whole(user.person(), line.get())));
  }

  private Person whole(Person person, Shadow line) {
    boolean expired = LocalDate.now(clock).toEpochDay() >= line.expires();
    return new Person(person.login(), line.proof(), person.mayLogIn() && !expired, person.quota());
  }

  /** Who cannot be looked up there, because nobody may, has no password: he gets his mail. */
  private Shadow line(User user) {
    try {
      return shadow.find(user.person().login()).orElse(Shadow.NONE);
    } catch (LookupUnavailable e) {
      return Shadow.NONE;
    }
  }

  private Optional<Shadow> recallLine(User user) {
    try {
      return shadow.recall(user.person().login()).map(line -> line.orElse(Shadow.NONE));
    } catch (LookupUnavailable e) {
      return Optional.of(Shadow.NONE);
    }
  }

  @Override
  public void refresh() {
    users.refresh();
    shadow.refresh();
  }

  @Override
  public void watch(FileWatch with) {
    users.watch(with);
    shadow.watch(with);
  }
}
