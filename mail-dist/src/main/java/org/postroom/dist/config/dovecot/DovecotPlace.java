package org.postroom.dist.config.dovecot;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.postroom.core.config.MainCf;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Place;
import org.postroom.dist.config.ServerParams;

/** Which dovecot.conf belongs to a main.cf. */
public final class DovecotPlace {
  private static final String USUAL = "dovecot.conf";
  private static final String BASE = "$config_directory";

  private DovecotPlace() {}

  /**
   * The file; empty where there is none.
   *
   * @param said what is said of {@code dovecot_conf}; without it the file beside main.cf is meant,
   *     where it is there
   * @param base the folder of main.cf
   * @throws BadConfiguration where it cannot be told
   */
  public static Optional<Path> of(Optional<MainCf.Entry> said, Path base) {
    if (said.isEmpty()) {
      return Optional.of(base.resolve(USUAL)).filter(Files::exists);
    }
    String text = said.get().value().strip();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String whole = text.startsWith(BASE + "/") ? base + text.substring(BASE.length()) : text;
    if (whole.indexOf('$') >= 0) {
      throw fault(said.get().place(), "must not refer to other parameters than " + BASE);
    }
    try {
      return Optional.of(base.resolve(whole));
    } catch (InvalidPathException e) {
      throw fault(said.get().place(), "expected a path, but found \"" + text + "\"");
    }
  }

  private static BadConfiguration fault(Place place, String text) {
    return new BadConfiguration(new Fault(place, ServerParams.DOVECOT_CONF.name(), text));
  }
}
