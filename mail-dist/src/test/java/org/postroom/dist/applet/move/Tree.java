package org.postroom.dist.applet.move;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A Maildir that a test makes, or looks at. */
public record Tree(Path root) {

  /** A folder; the root for an empty name. */
  Path folder(String name) throws IOException {
    Path folder = name.isEmpty() ? root : root.resolve(name);
    for (String part : List.of("cur", "new", "tmp")) {
      Files.createDirectories(folder.resolve(part));
    }
    return folder;
  }

  /** A message, which came so many seconds after 1970. */
  Path message(String folder, String file, String text, long second) throws IOException {
    return message(folder, file, text.getBytes(ISO_8859_1), second);
  }

  Path message(String folder, String file, byte[] octets, long second) throws IOException {
    Path path = folder(folder).resolve(file);
    Files.write(path, octets);
    return Files.setLastModifiedTime(path, FileTime.fromMillis(second * 1000));
  }

  void file(String folder, String name, String... lines) throws IOException {
    Files.writeString(folder(folder).resolve(name), String.join("\n", lines) + "\n");
  }

  /** All files with their octets and, where they are messages, dates. */
  public Map<String, String> files() throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString();
        boolean isMessage = name.contains("cur/") || name.contains("new/");
        all.put(
            name,
            (isMessage ? Files.getLastModifiedTime(file).toMillis() + " " : "")
                + new String(Files.readAllBytes(file), ISO_8859_1));
      }
    }
    return all;
  }
}
