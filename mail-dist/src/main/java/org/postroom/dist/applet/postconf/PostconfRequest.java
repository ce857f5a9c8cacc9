package org.postroom.dist.applet.postconf;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What postconf(1) was called with.
 *
 * @param options letters of those without a value
 * @param classes values of {@code -C}
 * @param overrides values of {@code -o}
 * @param folder where main.cf and master.cf are, as it was said
 * @param isFolderSaid whether somebody said it, and it is not the usual one
 * @param words what follows the options
 */
public record PostconfRequest(
    Set<Character> options,
    List<String> classes,
    List<String> overrides,
    Path folder,
    boolean isFolderSaid,
    List<String> words) {

  public PostconfRequest {
    options = Set.copyOf(options);
    classes = List.copyOf(classes);
    overrides = List.copyOf(overrides);
    words = List.copyOf(words);
  }

  boolean has(char option) {
    return options.contains(option);
  }

  Path mainCf() {
    return folder.resolve("main.cf");
  }

  Path masterCf() {
    return folder.resolve("master.cf");
  }
}
