package org.postroom.dist.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * systemd's journal, behind a stream of the process: it has the time and the host of each line
 * itself, and wants to be told how much the line matters (sd-daemon(3)).
 */
public final class Journal {
  private static final Path STREAMS = Path.of("/proc/self/fd");

  /** As a warning begins that is no line of the log, perhaps behind the name of a command. */
  private static final Pattern WARNING = Pattern.compile("([a-z]+: )?warning: .*");

  private Journal() {}

  /** The streams that every process has. */
  enum Stream {
    OUT(1),
    ERR(2);

    private final int number;

    Stream(int number) {
      this.number = number;
    }

    /** Whether what is written there comes into the journal, which has this device and inode. */
    boolean isJournal(String journal) {
      return leads(journal, STREAMS.resolve(Integer.toString(number)));
    }
  }

  /**
   * Standard error for a command that says there, beside any log, what is wrong; nothing where that
   * does not come into the journal.
   *
   * @param journal what the environment says in {@code JOURNAL_STREAM}
   */
  public static Optional<PrintWriter> err(String journal) {
    return Stream.ERR.isJournal(journal)
        ? Optional.of(
            new PrintWriter(new Complaints(new PrintWriter(System.err, true, UTF_8)), true))
        : Optional.empty();
  }

  /**
   * Whether a stream leads to the journal: whoever started the process may have had one that does,
   * and given it another (systemd.exec(5), {@code JOURNAL_STREAM}).
   *
   * @param journal device and inode; empty where there is none
   */
  private static boolean leads(String journal, Path stream) {
    if (journal.isEmpty()) {
      return false;
    }
    try {
      Map<String, Object> found = Files.readAttributes(stream, "unix:dev,ino", new LinkOption[0]);
      return journal.equals(found.get("dev") + ":" + found.get("ino"));
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Each line of a text, with how much it matters by the numbers of syslog. */
  static String ranked(int severity, String text) {
    String rank = "<" + severity + ">";
    return rank + text.stripTrailing().replace("\n", "\n" + rank) + "\n";
  }

  /**
   * Puts before each line how much it matters: a warning says that it is one, all else is wrong.
   */
  static final class Complaints extends Writer {
    private final Writer journal;
    private final StringBuilder line = new StringBuilder();

    Complaints(Writer journal) {
      this.journal = journal;
    }

    @Override
    public void write(char[] chars, int from, int length) throws IOException {
      synchronized (lock) {
        for (int i = from; i < from + length; i++) {
          if (chars[i] == '\n') {
            end();
          } else {
            line.append(chars[i]);
          }
        }
      }
    }

    private void end() throws IOException {
      String text = line.toString();
      line.setLength(0);
      journal.write(
          ranked(WARNING.matcher(text).matches() ? Severity.WARNING : Severity.ERROR, text));
    }

    /** What is no whole line yet waits for its end. */
    @Override
    public void flush() throws IOException {
      journal.flush();
    }

    @Override
    public void close() throws IOException {
      synchronized (lock) {
        if (line.length() > 0) {
          end();
        }
      }
      journal.close();
    }
  }
}
