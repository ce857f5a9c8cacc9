package org.postroom.core.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {

  @Test
  void whatIsWrittenIsRead() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("text", "ü \" \\ \u0000 \n");
    members.put("whole", 1L << 40);
    members.put("fraction", 1.5);
    members.put("list", List.of(true, false, Map.of()));
    members.put("nothing", null);

    assertThat(Json.read(Json.write(members))).isEqualTo(members);
  }

  @Test
  void aDateMayHaveAFraction() {
    assertThat(Json.read(octets("[1.5,1e3,-0.25]"))).isEqualTo(List.of(1.5, 1000.0, -0.25));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{'a':1}{",
        "{'a':1} 2",
        "{'a':1,'a':2}",
        "99999999999999999999",
        "[1,]",
        "'\u0000'",
        "NaN",
        "[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]"
      })
  void whatIsNoJsonIsMalformed(String text) {
    assertThatThrownBy(() -> Json.read(octets(text))).isInstanceOf(Json.Malformed.class);
  }

  /** Cut anywhere, it is malformed and nothing worse. */
  @Test
  void halfOfItIsMalformed() {
    byte[] whole = octets("{'a':[1,true,null,'ü'],'b':{'c':'d'}}");
    for (int length = 0; length < whole.length; length++) {
      byte[] half = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Json.read(half)).isInstanceOf(Json.Malformed.class);
    }
    assertThat(Json.read(whole)).isNotNull();
  }

  private static byte[] octets(String json) {
    return json.replace('\'', '"').getBytes(UTF_8);
  }
}
