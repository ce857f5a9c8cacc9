package org.postroom.core.auth.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postroom.core.people.Person;
import org.postroom.core.table.FileWatch;

/** A passwd-file as Dovecot reads it. Who is in it is known in memory. */
final class PasswdFileSource implements Watching {
  private final PasswdFile<Person> file;

  private PasswdFileSource(PasswdFile<Person> file) {
    this.file = file;
  }

  static PasswdFileSource open(Path path, PersonFields fields, List<String> warnings) {
    return new PasswdFileSource(
        PasswdFile.open(path, (line, wrong) -> person(line, fields, wrong), warnings));
  }

  private static Person person(PasswdLine line, PersonFields fields, List<String> warnings) {
    return fields.person(line.name(), Optional.of(line.password()), line.extra(), warnings);
  }

  @Override
  public Optional<Person> find(String name) {
    return file.find(name);
  }

  @Override
  public Optional<Optional<Person>> recall(String name) {
    return file.recall(name);
  }

  @Override
  public void refresh() {
    file.refresh();
  }

  @Override
  public void watch(FileWatch with) {
    file.watch(with);
  }
}
