package org.postroom.dist.applet.postmap;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What makemap(8) is asked for.
 *
 * @param options by letter, those without a value
 * @param delimiter between key and value; white space where it is not said
 * @param comment with which lines begin that are none of the map's
 * @param words type and name
 */
public record MakemapRequest(
    Set<Character> options, Optional<String> delimiter, String comment, List<String> words) {
  public MakemapRequest {
    options = Set.copyOf(options);
    words = List.copyOf(words);
  }

  boolean has(char option) {
    return options.contains(option);
  }
}
