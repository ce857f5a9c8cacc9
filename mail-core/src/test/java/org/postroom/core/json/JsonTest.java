package org.postroom.core.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Until;

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

  /** An application's threads live longer than we do. */
  @Test
  @Timeout(30)
  void nothingOfItStaysInAThread() throws Exception {
    List<URL> places = new ArrayList<>();
    for (String place : System.getProperty("java.class.path").split(File.pathSeparator)) {
      places.add(Path.of(place).toUri().toURL());
    }
    URLClassLoader loader =
        new URLClassLoader(places.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
    Method read = loader.loadClass(Json.class.getName()).getMethod("read", byte[].class);
    assertThat(read.invoke(null, octets("{'a':1}"))).isEqualTo(Map.of("a", 1L));
    WeakReference<ClassLoader> gone = new WeakReference<>(loader);
    read = null;
    loader.close();
    loader = null;

    Until.so(
        () -> {
          System.gc();
          return gone.get() == null;
        });
  }

  @Test
  void aDateMayHaveAFraction() {
    assertThat(Json.read(octets("[1.5,1e3,-0.25]"))).isEqualTo(List.of(1.5, 1000.0, -0.25));
  }

  /** Strangers send other names each time: what is kept of them is never let go. */
  @Test
  void namesAreNotKept() {
    String name = "n".repeat(256);
    String longer = name + "n";

    assertThat(nameIn(name)).isEqualTo(name).isNotSameAs(nameIn(name));
    assertThatThrownBy(() -> nameIn(longer)).isInstanceOf(Json.Malformed.class);
  }

  private static Object nameIn(String name) {
    return ((Map<?, ?>) Json.read(octets("{'" + name + "':1}"))).keySet().iterator().next();
  }

  @Test
  void itIsUtf8AndNothingElse() {
    assertThat(Json.read(octets("\ufeff['ü','😀']"))).isEqualTo(List.of("ü", "😀"));
    assertThatThrownBy(() -> Json.read("\"ü\"".getBytes(ISO_8859_1)))
        .isInstanceOf(Json.Malformed.class)
        .hasMessageContaining("UTF-8");
    assertThatThrownBy(() -> Json.read("[1]".getBytes(UTF_16))).isInstanceOf(Json.Malformed.class);
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
