package org.postroom.core.table;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Braces;

/** <code>randmap:{a, b}</code>: one of the values, whatever the key. */
record RandomTable(String name, List<String> values, RandomGenerator random)
    implements LookupTable {

  RandomTable {
    values = List.copyOf(values);
  }

  static LookupTable open(Opening in) {
    List<String> values =
        Braces.items(Braces.inside(in.name())).stream()
            .map(item -> Braces.open(item) ? Braces.inside(item) : item)
            .toList();
    if (values.isEmpty()) {
      throw new BadValue(in.text() + ": it has no value; it has to be: randmap:{value, value}");
    }
    return new RandomTable(
        in.text(),
        values,
        in.random().orElseThrow(() -> new BadValue(in.text() + ": no chance is given")));
  }

  @Override
  public Optional<String> find(String key) {
    return Optional.of(values.get(random.nextInt(values.size())));
  }
}
