package org.postroom.dist.applet.doctor;

/** How bad it is. Those that are worse stand behind. */
public enum Level {
  GOOD("good", 0),

  /** The reason is what was found. */
  UNKNOWN("not looked at", 0),

  /** It works, and not for everybody or not for long. */
  WARNING("warning", 1),

  /** Mail does not come, does not leave, or is refused. */
  PROBLEM("problem", 2);

  private final String word;
  private final int status;

  Level(String word, int status) {
    this.word = word;
    this.status = status;
  }

  /** For people and in JSON. */
  public String word() {
    return word;
  }

  /** The exit status of a command that has found nothing worse. */
  public int status() {
    return status;
  }
}
