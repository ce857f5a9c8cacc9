package org.postroom.dist.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.json.Json;
import org.postroom.core.secret.Secret;

final class RecordsTest {

  record Inner(String firstName, boolean flag) {}

  record Outer(
      long number, int small, Optional<String> maybe, List<Inner> inner, Secret password) {}

  @Test
  void whatIsWrittenIsRead() {
    Outer outer =
        new Outer(
            1L << 40,
            7,
            Optional.of("ü \" \\ \u0000 \n"),
            List.of(new Inner("Ada", true), new Inner("", false)),
            Secret.of("s3cret"));

    Outer read = Records.of(Outer.class, Json.read(Json.write(Records.toJson(outer))));

    assertThat(read.password().reveal()).isEqualTo("s3cret");
    assertThat(read).usingRecursiveComparison().ignoringFields("password").isEqualTo(outer);
  }

  @Test
  void namesAreInLowerCaseWithUnderscores() {
    assertThat(new String(Json.write(Records.toJson(new Inner("Ada", true))), UTF_8))
        .isEqualTo("{\"first_name\":\"Ada\",\"flag\":true}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'first_name':'x'} | flag: expected true or false",
        "{'first_name':'x','flag':'yes'} | flag: expected true or false",
        "{'first_name':null,'flag':true} | first_name: expected a text",
        "{'first_name':['x'],'flag':true} | first_name: expected a text",
        "{'first_name':'x','flag':true,'firstName':'y'} | unknown: firstName",
        "[] | expected an object",
        "null | expected an object"
      })
  void saysWhichMemberIsWrong(String json, String words) {
    assertThatThrownBy(() -> Records.of(Inner.class, Json.read(octets(json))))
        .isInstanceOf(Json.Malformed.class)
        .hasMessage(words);
  }

  private static byte[] octets(String json) {
    return json.replace('\'', '"').getBytes(UTF_8);
  }
}
