package org.postroom.dist.applet.postconf;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Listing;
import org.postroom.core.config.Listing.Kind;
import org.postroom.core.config.Listing.Row;

/** What postconf(1) prints of parameters. */
final class MainListing {
  private static final Map<String, Set<Kind>> CLASSES =
      Map.of(
          "builtin",
          Set.of(Kind.BUILT_IN),
          "service",
          Set.of(Kind.SERVICE),
          "user",
          Set.of(Kind.USER),
          "all",
          Set.of(Kind.values()));

  private final PostconfRequest request;
  private final Listing names;
  private final Set<Kind> kinds;

  MainListing(PostconfRequest request, Listing names) {
    this.request = request;
    this.names = names;
    this.kinds = kinds(request);
  }

  private static Set<Kind> kinds(PostconfRequest request) {
    if (request.classes().isEmpty()) {
      return EnumSet.allOf(Kind.class);
    }
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (String text : request.classes()) {
      Arrays.stream(text.split("[,\\s]+"))
          .filter(word -> !word.isEmpty())
          .forEach(
              word ->
                  kinds.addAll(
                      Optional.ofNullable(CLASSES.get(word))
                          .orElseThrow(
                              () ->
                                  new Fatal(
                                      "unknown -C option value \""
                                          + word
                                          + "\" in \""
                                          + text
                                          + "\""))));
    }
    return kinds;
  }

  /** Prints what was asked for. */
  void print(PrintWriter out, Consumer<String> warnings) {
    if (request.words().isEmpty()) {
      names.rows().stream()
          .filter(row -> kinds.contains(row.kind()))
          .forEach(row -> print(out, row));
      return;
    }
    for (String word : request.words()) {
      Optional<Row> row = names.row(word).filter(one -> kinds.contains(one.kind()));
      row.ifPresent(one -> print(out, one));
      if (row.isEmpty()) {
        warnings.accept(word + ": unknown parameter");
      }
    }
  }

  private void print(PrintWriter out, Row row) {
    if (!request.has('n') || row.given().isPresent()) {
      out.print(
          Columns.assignment(row.name(), request.has('x') ? expanded(row) : row.text(), request));
    }
  }

  private String expanded(Row row) {
    try {
      return names.expanded(row);
    } catch (BadValue e) {
      throw new Fatal(row.name() + ": " + e.reason());
    }
  }
}
