package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.machine.MachineUser;
import org.postroom.core.trouble.Reason;

/**
 * A file in which a user of this machine says something to the server, read as far as he could read
 * it himself. The server may be root and the folder is his, so no link in it is followed, no folder
 * in it is looked into by its path, and the file has to be his or root's, and nobody else's to
 * write. What only a group lets him read is not read.
 */
final class HomeFile {
  /** Many of them may be kept at a time: see {@link SharedReadings}. */
  private static final int LARGEST = 64 * 1024;

  private static final String ROOT = "root";

  private final MachineUser user;
  private final SharedReadings shared;
  private final Path path;

  private HomeFile(Path path, MachineUser user, SharedReadings shared) {
    this.path = path;
    this.user = user;
    this.shared = shared;
  }

  /** What becomes of reading. */
  sealed interface Reading {

    /** Why it says nothing, for people. */
    String why();

    /** The items in it, each once. */
    record Said(List<String> items) implements Reading {

      static Said of(String text) {
        return new Said(IncludeFile.items(text).stream().distinct().toList());
      }

      @Override
      public String why() {
        return "says something";
      }
    }

    /** There is none, or this server may not even look whether there is. */
    record None(String why) implements Reading {}

    /** It is there, and it does not count. */
    record Ignored(String why) implements Reading {}

    /** That cannot be said now. */
    record Failed(String why) implements Reading {}
  }

  /**
   * Reads one that an administrator names.
   *
   * @param path where it is not below the user's home, its folder is trusted as it stands
   */
  static Reading read(Path path, MachineUser user, SharedReadings shared) {
    return read(path, path.getParent(), user, shared);
  }

  /**
   * Reads one that the user names himself: outside of his home, too, every folder on the way has to
   * be one that he may enter.
   */
  static Reading readNamed(Path path, MachineUser user, SharedReadings shared) {
    return read(path, path.getRoot(), user, shared);
  }

  private static Reading read(
      Path path, @Nullable Path outside, MachineUser user, SharedReadings shared) {
    try {
      Path home = Path.of(user.home());
      Path top = home.isAbsolute() && path.startsWith(home) ? home : outside;
      if (!path.isAbsolute()) {
        return new Reading.Ignored("is no absolute path");
      }
      if (top == null || top.equals(path) || !path.equals(path.normalize())) {
        return new Reading.Ignored("is no file in a folder");
      }
      try (DirectoryStream<Path> folder = Files.newDirectoryStream(top)) {
        return folder instanceof SecureDirectoryStream<Path> secure
            ? new HomeFile(path, user, shared).in(secure, top.relativize(path))
            : new Reading.Ignored("cannot be read safely on this system");
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return new Reading.None("is not there");
    } catch (AccessDeniedException e) {
      return new Reading.None("is out of this server's sight");
    } catch (IOException | InvalidPathException | UnsupportedOperationException e) {
      return new Reading.Failed("cannot be read: " + Reason.text(e));
    }
  }

  private Reading in(SecureDirectoryStream<Path> folder, Path below) throws IOException {
    PosixFileAttributes itself =
        folder.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
    Path name = below.getName(0);
    PosixFileAttributes found = look(folder, name);
    if (!may(itself, PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OTHERS_EXECUTE)) {
      return new Reading.Ignored("is in a folder that " + user.name() + " may not enter");
    }
    if (below.getNameCount() == 1) {
      Optional<String> doubt = doubt(found);
      return doubt.isPresent() ? new Reading.Ignored(doubt.get()) : known(folder, name, found);
    }
    if (!found.isDirectory()) {
      return new Reading.Ignored("is below " + name + ", which is no folder itself");
    }
    try (SecureDirectoryStream<Path> next =
        folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
      return in(next, below.subpath(1, below.getNameCount()));
    }
  }

  private static PosixFileAttributes look(SecureDirectoryStream<Path> folder, Path name)
      throws IOException {
    return folder
        .getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  /** Whether he may do that with it, by the bits that he has as its owner or as anybody. */
  private boolean may(PosixFileAttributes of, PosixFilePermission his, PosixFilePermission all) {
    return of.permissions().contains(of.owner().getName().equals(user.name()) ? his : all);
  }

  /** Why it does not count. */
  private Optional<String> doubt(PosixFileAttributes file) {
    String owner = file.owner().getName();
    if (!file.isRegularFile()) {
      return Optional.of("is not a regular file");
    }
    if (!owner.equals(user.name()) && !owner.equals(ROOT)) {
      return Optional.of("belongs to " + owner);
    }
    // Deviation: Postfix takes what a group may write.
    if (file.permissions().contains(PosixFilePermission.OTHERS_WRITE)
        || file.permissions().contains(PosixFilePermission.GROUP_WRITE)) {
      return Optional.of("can be written by others");
    }
    if (!may(file, PosixFilePermission.OWNER_READ, PosixFilePermission.OTHERS_READ)) {
      return Optional.of("may not be read by " + user.name());
    }
    return file.size() > LARGEST
        ? Optional.of("is larger than " + LARGEST + " octets")
        : Optional.empty();
  }

  /** What somebody has in hand of it, or what it says now. */
  private Reading known(SecureDirectoryStream<Path> folder, Path name, PosixFileAttributes looked)
      throws IOException {
    SharedReadings.Stamp stamp = SharedReadings.Stamp.of(path, looked);
    Reading known = shared.find(user.name(), stamp);
    if (known != null) {
      return known;
    }
    Reading read = said(folder, name, looked);
    return read instanceof Reading.Said said ? shared.share(user.name(), stamp, said) : read;
  }

  /** What it says, if it is afterwards what it was when it was looked at. */
  private static Reading said(
      SecureDirectoryStream<Path> folder, Path name, PosixFileAttributes looked)
      throws IOException {
    if (looked.size() == 0) {
      return new Reading.Said(List.of()); // nor what the kernel says itself, whatever its bits are
    }
    ByteBuffer octets = ByteBuffer.allocate((int) looked.size() + 1);
    try (SeekableByteChannel channel =
        folder.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      int count = 0;
      while (count >= 0 && octets.hasRemaining()) {
        count = channel.read(octets);
      }
    }
    PosixFileAttributes after = look(folder, name);
    return octets.position() == looked.size()
            && after.size() == looked.size()
            && after.lastModifiedTime().equals(looked.lastModifiedTime())
            && Objects.equals(after.fileKey(), looked.fileKey())
        ? Reading.Said.of(new String(octets.array(), 0, octets.position(), UTF_8))
        : new Reading.Failed("is being written");
  }
}
