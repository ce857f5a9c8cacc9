package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PackedEntriesTest {

  @Test
  void isTheSameAsAMap() {
    Random random = new Random(7);
    Map<String, String> plain = new HashMap<>();
    PackedEntries.Builder builder = new PackedEntries.Builder("f, line ", 0);
    for (int i = 0; i < 20_000; i++) {
      String key = key(random);
      String value = "v".repeat(random.nextInt(300)) + i;
      boolean isNew = plain.putIfAbsent(key.toLowerCase(Locale.ROOT), value) == null;
      assertThat(builder.put(key, value, i)).isEqualTo(isNew);
    }
    PackedEntries packed = builder.build();

    assertThat(packed.size()).isEqualTo(plain.size());
    plain.forEach(
        (key, value) -> {
          int line = Integer.parseInt(value.substring(value.lastIndexOf('v') + 1));
          assertThat(packed.row(key)).contains(new Row(value, "f, line ", line));
        });
    for (int i = 0; i < 20_000; i++) {
      String key = key(random);
      assertThat(packed.find(key))
          .isEqualTo(Optional.ofNullable(plain.get(key.toLowerCase(Locale.ROOT))));
    }
  }

  private static String key(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> "User" + random.nextInt(5000) + "@example.org";
      case 1 -> "ö" + random.nextInt(300);
      case 2 -> "k".repeat(120 + random.nextInt(20)) + random.nextInt(10);
      default -> String.valueOf(random.nextInt(2000));
    };
  }

  @Test
  void aHundredThousandEntriesTakeFewMegabytes() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      text.append("user").append(i).append("@customers.example.org  mailbox").append(i);
      text.append("@mail.example.org\n");
    }

    PackedEntries entries =
        (PackedEntries)
            new KeyValueFormat().read(TableLines.of("f", text.toString()), text.length());

    assertThat(entries.size()).isEqualTo(100_000);
    assertThat(entries.octets()).isLessThan(10_000_000);
    assertThat(entries.find("USER99999@customers.example.org"))
        .contains("mailbox99999@mail.example.org");
  }
}
