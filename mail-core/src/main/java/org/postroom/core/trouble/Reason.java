package org.postroom.core.trouble;

import java.io.EOFException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why something has failed, as the log, a listing of the queue and a report to a sender have it:
 * without the names of classes, which say nothing to who reads them, in one line that has an end.
 */
public final class Reason {
  private static final Logger LOG = LoggerFactory.getLogger(Reason.class);

  /** As much as anybody reads; some messages repeat what others have sent. */
  private static final int LONGEST = 1000;

  /**
   * Some messages repeat what they wrap, as {@link Throwable#toString} has it, or name functions of
   * the system.
   */
  private static final Pattern CODE =
      Pattern.compile(
          "(?<![\\w.])(?:[a-z]\\w*+\\.){2,}[A-Z]\\w*(?:Exception|Error|Fault)\\b:?\\s*"
              + "|(?<!\\w)\\w++\\(\\.\\.\\) failed(?: with error\\(-?[0-9]++\\))?: ");

  private Reason() {}

  /** What is behind what a stage or a future has failed with. */
  public static Throwable cause(Throwable trouble) {
    Throwable cause = trouble;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /**
   * Why, in words. Of a file it says what is wrong with it, and not which one it is. An error in
   * the program is in the log then, with where it is.
   */
  public static String text(Throwable trouble) {
    return text(trouble, false);
  }

  /** The same, and of a file which one it is: for who looks after this machine, and nobody else. */
  public static String withFile(Throwable trouble) {
    return text(trouble, true);
  }

  private static String text(Throwable trouble, boolean named) {
    Throwable cause = cause(trouble);
    if (cause instanceof FileSystemException file) {
      String name = named && file.getFile() != null ? file.getFile() + ": " : "";
      return oneLine(name + text(file));
    }
    if (isOurs(cause)) {
      LOG.error("an error in the program", cause); // nothing else would say where
      return "an error in the program";
    }
    Throwable deeper = cause.getCause();
    String message = cause.getMessage();
    if (deeper != null && (message == null || deeper.toString().equals(message))) {
      return text(deeper, named); // it says no more than what it wraps
    }
    String said = message == null ? "" : oneLine(CODE.matcher(shortened(message)).replaceAll(""));
    if (cause instanceof UnknownHostException && !said.isEmpty()) {
      return "host not found: " + said;
    }
    return said.isEmpty() || cause instanceof CharacterCodingException ? unsaid(cause) : said;
  }

  private static String shortened(String message) {
    if (message.length() <= LONGEST) {
      return message;
    }
    boolean splits = Character.isHighSurrogate(message.charAt(LONGEST - 1));
    return message.substring(0, splits ? LONGEST - 1 : LONGEST) + "…";
  }

  private static String oneLine(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]+", " ").strip();
  }

  /** What the JVM says of these names code. */
  private static boolean isOurs(Throwable cause) {
    return cause instanceof NullPointerException
        || cause instanceof ClassCastException
        || cause instanceof IndexOutOfBoundsException
        || cause instanceof LinkageError;
  }

  /** In the words of the system's own commands. */
  private static String text(FileSystemException file) {
    if (file instanceof NoSuchFileException) {
      return "No such file or directory";
    }
    if (file instanceof AccessDeniedException) {
      return "Permission denied";
    }
    if (file instanceof FileAlreadyExistsException) {
      return "File exists";
    }
    if (file instanceof NotDirectoryException) {
      return "Not a directory";
    }
    if (file instanceof DirectoryNotEmptyException) {
      return "Directory not empty";
    }
    if (file instanceof FileSystemLoopException) {
      return "Too many levels of symbolic links";
    }
    String reason = file.getReason();
    return reason == null ? "Input/output error" : reason;
  }

  private static String unsaid(Throwable cause) {
    if (cause instanceof CharacterCodingException) {
      return "its text is not in the character set that it should be in";
    }
    if (cause instanceof EOFException) {
      return "it ends too early";
    }
    if (cause instanceof ClosedChannelException) {
      return "the connection is closed";
    }
    String name = cause.getClass().getSimpleName();
    return name.isEmpty()
        ? "no reason is given"
        : name.replaceAll("(Exception|Error|Fault)$", "")
            .replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ")
            .toLowerCase(Locale.ROOT);
  }
}
