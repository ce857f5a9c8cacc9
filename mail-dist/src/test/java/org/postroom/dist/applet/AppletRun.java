package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;

/**
 * A command that was run to its end in this process, which costs a fiftieth of a process of its
 * own. Not for what starts a server (one that is refused has a time limit in its test, because it
 * would run if it were not), and not for what the JVM's options or the launcher do.
 *
 * @param status the exit status
 * @param said all that it said
 */
public record AppletRun(int status, String said) {
  /** Runs one. */
  public static AppletRun of(String... words) {
    return of(new byte[0], words);
  }

  /** Runs one that reads something. */
  public static AppletRun of(byte[] input, String... words) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintWriter out = new PrintWriter(said, true, UTF_8);
    int status = Postroom.run(new ByteArrayInputStream(input), out, out, words);
    out.flush();
    return new AppletRun(status, said.toString(UTF_8));
  }
}
