package org.postroom.dist.config.dovecot;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files by a pattern, as a shell finds them: {@code *}, {@code ?} and {@code [ ]} in any name. */
final class Wildcards {
  private Wildcards() {}

  /**
   * Those that are there, sorted; with those of which it cannot be told, so that whoever opens them
   * hears why.
   */
  static List<Path> files(Path pattern) throws IOException {
    Path root = pattern.getRoot();
    List<Path> found = List.of(root == null ? Path.of("") : root);
    for (Path name : pattern) {
      found = next(found, name.toString());
    }
    return found;
  }

  private static List<Path> next(List<Path> folders, String name) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path folder : folders) {
      if (!isPattern(name)) {
        Path one = folder.resolve(name);
        if (!Files.notExists(one)) {
          found.add(one);
        }
        continue;
      }
      String plain = name.replace("{", "\\{").replace("}", "\\}");
      try (DirectoryStream<Path> matching = Files.newDirectoryStream(folder, plain)) {
        for (Path one : matching) {
          if (name.startsWith(".") || !String.valueOf(one.getFileName()).startsWith(".")) {
            found.add(one);
          }
        }
      } catch (NotDirectoryException e) {
        // Nothing is in it.
      }
    }
    found.sort(null);
    return found;
  }

  private static boolean isPattern(String name) {
    return name.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
  }
}
