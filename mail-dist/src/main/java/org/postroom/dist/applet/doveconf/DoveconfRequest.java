package org.postroom.dist.applet.doveconf;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What doveconf is asked for.
 *
 * @param letters options without values
 * @param filters of {@code -f}, each as name=value
 * @param file that is read
 * @param names of settings and blocks; none is everything
 */
public record DoveconfRequest(
    Set<Character> letters, List<String> filters, Path file, List<String> names) {
  public DoveconfRequest {
    letters = Set.copyOf(letters);
    filters = List.copyOf(filters);
    names = List.copyOf(names);
  }

  boolean has(char letter) {
    return letters.contains(letter);
  }
}
