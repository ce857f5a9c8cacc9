package org.postroom.dist.operation;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * Runs one of the commands that every mail system has in the server, for somebody on this machine:
 * a JVM of its own takes longer to begin than most of them to end.
 */
public final class CommandOperation {
  private static final String NAME = "command";

  private CommandOperation() {}

  /** One by which commands are run. */
  public static Operation<Call, Run> by(Operation.Work<Call, Run> work) {
    return new Operation<>(NAME, Call.class, Run.class, work);
  }

  /**
   * A command as somebody has called it.
   *
   * @param words its name, and what stands behind it
   * @param environment what the process has in its environment that the command looks at
   * @param hasInput whether what is on its standard input follows; else nobody has read that
   * @param input standard input, to its end
   */
  public record Call(
      List<String> words, Environment environment, boolean hasInput, InputStream input) {
    public Call {
      words = List.copyOf(words);
    }
  }

  /**
   * What a command looks at in its environment, by the names that it has there.
   *
   * @param mailConfig {@code MAIL_CONFIG}
   * @param name {@code NAME}
   * @param tz {@code TZ}
   * @param mailName {@code POSTROOM_MAIL_NAME}: under which a mail is handed in
   */
  public record Environment(
      Optional<String> mailConfig,
      Optional<String> name,
      Optional<String> tz,
      Optional<String> mailName) {}

  /**
   * What came of it.
   *
   * @param status its exit status; empty where it has done nothing, and has to be run in a process
   *     of its own
   * @param out what it has said on standard output, in Base64
   * @param err the same of standard error
   */
  public record Run(Optional<Integer> status, String out, String err) {
    /** It has done nothing. */
    public static final Run ELSEWHERE = new Run(Optional.empty(), "", "");
  }
}
