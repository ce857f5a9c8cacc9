package org.postroom.dist.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the socket of a data folder is: in the folder, which only its own user can enter; where the
 * folder's path is too long for a socket, a file there says where it is.
 */
final class SocketPlace {
  private static final Logger LOG = LoggerFactory.getLogger(SocketPlace.class);
  private static final String NAME = "control";

  /** The system's limit is 104 octets or a few more, the end's zero included. */
  private static final int MAX_PATH = 100;

  private final Path path;

  SocketPlace(Path folder) {
    this.path = folder.resolve(NAME);
  }

  /** Where a new socket comes; when that is elsewhere, the folder's file says so from now on. */
  Path choose() throws IOException {
    remove();
    if (path.toString().getBytes(UTF_8).length <= MAX_PATH) {
      return path;
    }
    Path folder = Files.createTempDirectory("postroom"); // of this user alone
    try {
      Path bound = folder.resolve(NAME);
      Files.writeString(path, bound.toString());
      return bound;
    } catch (IOException e) {
      Files.delete(folder);
      throw e;
    }
  }

  /** Where there is one; empty when the place that is named is not its owner's alone. */
  Optional<Path> find() throws IOException {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(path)) {
      return Optional.of(path);
    }
    Path bound = named();
    if (bound == null || bound.getParent() == null) {
      return Optional.empty();
    }
    // Temporary files go, and in their place anybody may have put a socket of his own.
    PosixFileAttributes folder =
        Files.readAttributes(bound.getParent(), PosixFileAttributes.class, NOFOLLOW_LINKS);
    boolean own =
        folder.isDirectory()
            && folder.owner().equals(Files.getOwner(path))
            && folder.permissions().equals(PosixFilePermissions.fromString("rwx------"));
    return own ? Optional.of(bound) : Optional.empty();
  }

  /** What is written in the file; null where a crash or a full disk has left no whole path. */
  private @Nullable Path named() throws IOException {
    try {
      return Path.of(Files.readString(path));
    } catch (InvalidPathException | CharacterCodingException e) {
      return null;
    }
  }

  /** Removes the socket, or what a server that did not end well has left of it. */
  void remove() {
    try {
      if (Files.isRegularFile(path)) {
        Path bound = find().orElse(null);
        if (bound != null) {
          Files.deleteIfExists(bound);
          Files.deleteIfExists(bound.getParent());
        }
      }
    } catch (IOException e) {
      LOG.debug("control socket: {}", e.getMessage()); // gone, or not ours to remove
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.debug("control socket: {}", e.getMessage()); // then it cannot be bound, and that is said
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
