package org.postroom.dist;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.part.Door;
import org.postroom.core.policy.PolicyParams;

/**
 * Where a server's settings come from: a file, and what its program says above it. A reload reads
 * the file again.
 */
public final class Configuration {
  private final Map<Param<?>, Object> values = new LinkedHashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<Door, Integer> ports = new LinkedHashMap<>();
  private @Nullable Path file;

  Configuration() {}

  /** The same, to be changed apart. */
  Configuration copy() {
    Configuration copy = new Configuration();
    copy.values.putAll(values);
    copy.texts.putAll(texts);
    copy.ports.putAll(ports);
    copy.file = file;
    return copy;
  }

  /** Settings in main.cf's syntax; what is said here stands above them. */
  public Configuration file(Path mainCf) {
    file = mainCf;
    return this;
  }

  /** One parameter. */
  public <T> Configuration set(Param<T> param, T value) {
    values.put(param, value);
    return this;
  }

  /** One parameter, as a file would write it. */
  public Configuration set(String name, String value) {
    texts.put(name, value);
    return this;
  }

  /** Listens at a door; port 0 takes a free one. The first call replaces {@code listeners}. */
  public Configuration listen(Door door, int port) {
    ports.put(door, port);
    return this;
  }

  /** Where to listen, as the program says; empty when the settings say it. */
  Map<Door, Integer> ports() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(ports));
  }

  /** What a relative path in the settings is relative to. */
  Path base() {
    Path folder = file == null ? null : file.toAbsolutePath().getParent();
    return folder == null ? Path.of("") : folder;
  }

  /**
   * Reads the file, and checks everything.
   *
   * @throws org.postroom.core.config.BadConfiguration with all faults
   */
  @SuppressWarnings("unchecked") // a Param<T> is only ever put with a T
  Settings read(ParamSet... params) {
    Settings.Builder builder =
        Settings.builder(params).file(file == null ? MainCf.EMPTY : MainCf.read(file));
    builder.preset(PolicyParams.MYHOSTNAME, OsHost.name());
    values.forEach((param, value) -> builder.set((Param<Object>) param, value));
    texts.forEach(builder::set);
    return builder.build();
  }
}
