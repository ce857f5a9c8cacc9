package org.postroom.dist.program;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.delivery.DeliveryResult;

/**
 * What becomes of a mail by the exit status of a program (sysexits(3)), as pipe(8) and local(8)
 * have it: 0 is delivered, 71 and 75 are for later, all others for never. Output that begins with
 * an enhanced status code (RFC 3463) of a failure stands above the status.
 *
 * <p>Deviation: a program that is not there (126, 127) and one that a signal ended have said
 * nothing of the mail. It waits, where pipe(8) returns it: a killed program is as a rule a machine
 * that is short of memory, or that shuts down.
 */
final class ExitStatus {
  private static final Pattern OVERRIDE =
      Pattern.compile("([45]\\.[0-9]{1,3}\\.[0-9]{1,3})(?:\\s+(.*))?", Pattern.DOTALL);

  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;

  /** Those above are signals, counted from here. */
  private static final int SIGNALS = 128;

  private static final String UNKNOWN = "5.3.0";

  private record Meaning(String status, String text) {}

  /** One row each: what sysexits(3) has. */
  private static final Map<Integer, Meaning> SYSEXITS =
      Map.ofEntries(
          Map.entry(64, new Meaning("5.3.0", "command line usage error")),
          Map.entry(65, new Meaning("5.6.0", "data format error")),
          Map.entry(66, new Meaning("5.3.0", "cannot open input")),
          Map.entry(67, new Meaning("5.1.1", "user unknown")),
          Map.entry(68, new Meaning("5.1.2", "host name unknown")),
          Map.entry(69, new Meaning("5.3.0", "service unavailable")),
          Map.entry(70, new Meaning("5.3.0", "internal software error")),
          Map.entry(71, new Meaning("4.3.0", "system resource problem")),
          Map.entry(72, new Meaning("5.3.0", "critical OS file missing")),
          Map.entry(73, new Meaning("5.2.0", "can't create user output file")),
          Map.entry(74, new Meaning("5.3.0", "input/output error")),
          Map.entry(75, new Meaning("4.3.0", "temporary failure")),
          Map.entry(76, new Meaning("5.5.0", "remote error in protocol")),
          Map.entry(77, new Meaning("5.7.0", "permission denied")),
          Map.entry(78, new Meaning("5.3.5", "local configuration error")));

  private ExitStatus() {}

  /**
   * What an attempt came to.
   *
   * @param relay as the log names the service
   * @param command as the log names the program
   * @param delivered what the log says of success
   */
  static DeliveryResult result(Ending ending, String relay, String command, String delivered) {
    if (ending instanceof Ending.Exited exited) {
      return exited(exited.status(), printable(exited.output()), relay, command, delivered);
    }
    if (ending instanceof Ending.OutOfTime late) {
      return new DeliveryResult.Deferred(
          relay,
          "4.3.0",
          "Command time limit exceeded: \"" + command + "\" (" + late.limit().toSeconds() + " s)");
    }
    if (ending instanceof Ending.NotStarted none) {
      return new DeliveryResult.Deferred(
          relay, "4.3.0", "Command cannot be run: \"" + command + "\": " + none.why());
    }
    return new DeliveryResult.Deferred(
        relay, "4.3.2", "Command was stopped: \"" + command + "\": the server ends");
  }

  private static DeliveryResult exited(
      int status, String output, String relay, String command, String delivered) {
    if (status == 0) {
      return new DeliveryResult.Delivered(
          relay, "2.0.0", delivered + (output.isEmpty() ? "" : " (" + output + ")"), false);
    }
    Matcher override = OVERRIDE.matcher(output);
    if (override.matches()) {
      String text = override.group(2) == null ? "" : override.group(2).strip();
      return failed(relay, override.group(1), text.isEmpty() ? died(status, command) : text);
    }
    String said = output.isEmpty() ? "" : ". Command output: " + output;
    Meaning meaning = SYSEXITS.get(status);
    if (meaning != null) {
      return failed(relay, meaning.status(), meaning.text() + said);
    }
    boolean isOurs = status == NOT_EXECUTABLE || status == NOT_FOUND || status > SIGNALS;
    return failed(relay, isOurs ? "4.3.0" : UNKNOWN, died(status, command) + said);
  }

  private static DeliveryResult failed(String relay, String status, String text) {
    return status.startsWith("4")
        ? new DeliveryResult.Deferred(relay, status, text)
        : new DeliveryResult.Bounced(relay, status, text);
  }

  private static String died(int status, String command) {
    return status > SIGNALS
        ? "Command died with signal " + (status - SIGNALS) + ": \"" + command + "\""
        : "Command died with status " + status + ": \"" + command + "\"";
  }

  /** On one line, for the log and for reports: what else the program wrote is none of ours. */
  private static String printable(String output) {
    StringBuilder line = new StringBuilder(output.length());
    for (int i = 0; i < output.length(); i++) {
      char c = output.charAt(i);
      line.append(c == '\n' || c == '\r' || c == '\t' ? ' ' : c < ' ' || c == 0x7F ? '?' : c);
    }
    return line.toString().strip();
  }
}
