package org.postroom.dist.applet.smarthost;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** A value as a file has it, and where. Never printed: it may be a secret. */
record Setting(String name, String value, Path file, int line) {

  BadClientFile fault(String why) {
    return new BadClientFile(file + ", line " + line + ": " + word() + ": " + why);
  }

  /** What may be printed of the name: behind a sign that no keyword has a secret may stand. */
  private String word() {
    return name.replaceFirst("(?s)[^a-z0-9_].*", "");
  }

  boolean isOn() {
    if (!Set.of("on", "off", "yes", "no").contains(value.toLowerCase(Locale.ROOT))) {
      throw fault("expected on or off");
    }
    return value.equalsIgnoreCase("on") || value.equalsIgnoreCase("yes");
  }

  int number(int least, int most) {
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw fault("expected a number from " + least + " to " + most);
  }

  /** A path; {@code ~} is the user's home. */
  Path path(Path home) {
    return value.equals("~") || value.startsWith("~/")
        ? home.resolve(value.substring(Math.min(2, value.length())))
        : file.resolveSibling(value);
  }

  @Override
  public String toString() {
    return word();
  }
}
