package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.postroom.core.fact.Fact;
import org.postroom.core.rewrite.AddressItems;
import org.postroom.core.trouble.Reason;

/**
 * The file of an {@code :include:} in aliases(5), as a fact: its items, or why it is not read. Read
 * whenever somebody asks, so that what its owner has changed holds at once.
 *
 * @param name its path
 * @param reading by what it is read: whoever owns it may keep that from ending
 */
record IncludeFile(String name, FewAtOnce reading) implements Fact<IncludeFile.Content> {
  private static final long LARGEST = 32L << 20;

  /**
   * What it says.
   *
   * @param fault why nothing is read from it; empty when it is
   */
  record Content(List<String> items, Optional<String> fault) {
    Content {
      items = List.copyOf(items);
    }

    private static Content refused(String why) {
      return new Content(List.of(), Optional.of(why));
    }
  }

  @Override
  public Optional<Content> atOnce() {
    return Optional.empty();
  }

  @Override
  public CompletionStage<Content> ask(Executor mayBlock) {
    return reading.of(toString(), this::read, mayBlock);
  }

  /** Nobody else may write to it who cannot write to the table of aliases. */
  private Content read() {
    try {
      Path path = Path.of(name);
      if (!path.isAbsolute()) {
        return Content.refused("is no absolute path");
      }
      PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
      if (!attributes.isRegularFile()) {
        return Content.refused("is no regular file");
      }
      if (attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
        return Content.refused("can be written by everybody");
      }
      return attributes.size() > LARGEST
          ? Content.refused("is larger than " + LARGEST + " octets")
          : new Content(items(Files.readString(path, UTF_8)), Optional.empty());
    } catch (NoSuchFileException e) {
      return Content.refused("is not there");
    } catch (IOException | InvalidPathException | UnsupportedOperationException e) {
      return Content.refused("cannot be read: " + Reason.text(e));
    }
  }

  /** What such a file says: items as in aliases(5), lines that begin with # apart. */
  static List<String> items(String text) {
    List<String> items = new ArrayList<>();
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> items.addAll(AddressItems.of(line)));
    return items;
  }

  @Override
  public String toString() {
    return ":include:" + name;
  }
}
