package org.postroom.core.trouble;

import java.io.EOFException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
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

/**
 * Why something has failed, as the log, a listing of the queue and a report to a sender have it:
 * without the names of classes, which say nothing to who reads them.
 */
public final class Reason {
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

  /** Why, in words. Of a file it says what is wrong with it, and not which one it is. */
  public static String text(Throwable trouble) {
    Throwable cause = cause(trouble);
    if (cause instanceof FileSystemException file) {
      return text(file);
    }
    if (cause instanceof UnknownHostException) {
      return "host not found: " + cause.getMessage();
    }
    if (isOurs(cause)) {
      return "an error in the program";
    }
    Throwable deeper = cause.getCause();
    String message = cause.getMessage();
    if (deeper != null
        && (cause instanceof UncheckedIOException && message == null
            || deeper.toString().equals(message))) {
      return text(deeper); // it says no more than what it wraps
    }
    return message == null || message.isBlank() || cause instanceof CharacterCodingException
        ? unsaid(cause)
        : message;
  }

  /** What the JVM says of these names code, and the log has it. */
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
    return cause
        .getClass()
        .getSimpleName()
        .replaceAll("(Exception|Error|Fault)$", "")
        .replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }
}
