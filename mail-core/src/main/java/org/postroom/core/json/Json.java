package org.postroom.core.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON (RFC 8259) as values: maps, lists, texts, whole numbers as {@code Long}, fractions as {@code
 * Double}, flags and null.
 */
public final class Json {
  private static final int DEEPEST = 20;
  private static final int LONGEST_NAME = 256;
  private static final String BYTE_ORDER_MARK = "\ufeff";

  /** Kept here: what is kept by a thread of an application would keep our class loader. */
  private static final int BUFFERS = 8;

  /** Strangers choose the names in what is read (tokens): none is kept for the next one. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .recyclerPool(JsonRecyclerPools.newBoundedPool(BUFFERS))
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxNumberLength(20)
                  .maxNameLength(LONGEST_NAME)
                  .build())
          .build();

  private Json() {}

  /** What cannot be read; says where. */
  public static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Malformed(String reason) {
      super(reason);
    }
  }

  /**
   * The one value that stands in {@code octets}, which are UTF-8; names of members have 256
   * characters at most.
   *
   * @throws Malformed when there is none, or more
   */
  public static @Nullable Object read(byte[] octets) {
    try (JsonParser in = FACTORY.createParser(text(octets))) {
      Object value = value(in, in.nextToken());
      if (in.nextToken() != null) {
        throw new Malformed("more than one value");
      }
      return value;
    } catch (IOException e) {
      throw new Malformed(String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " "));
    }
  }

  /** Read as octets, names would be kept after all. */
  private static String text(byte[] octets) {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new Malformed("no UTF-8");
    }
  }

  private static @Nullable Object value(JsonParser in, @Nullable JsonToken token)
      throws IOException {
    if (token == null) {
      throw new Malformed("no value");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
          String name = in.currentName();
          members.put(name, value(in, in.nextToken()));
        }
        yield members;
      }
      case START_ARRAY -> {
        List<@Nullable Object> items = new ArrayList<>();
        for (JsonToken next = in.nextToken(); next != JsonToken.END_ARRAY; next = in.nextToken()) {
          items.add(value(in, next));
        }
        yield items;
      }
      case VALUE_STRING -> in.getText();
      case VALUE_NUMBER_INT -> in.getLongValue();
      case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new Malformed("no value of ours: " + token);
    };
  }

  /** As JSON, in UTF-8, on one line. */
  public static byte[] write(@Nullable Object value) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try (JsonGenerator out = FACTORY.createGenerator(octets)) {
      write(out, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return octets.toByteArray();
  }

  /** The same for people. */
  public static String text(@Nullable Object value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text).useDefaultPrettyPrinter()) {
      write(out, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, @Nullable Object value) throws IOException {
    if (value == null) {
      out.writeNull();
    } else if (value instanceof Map<?, ?> members) {
      out.writeStartObject();
      for (Map.Entry<?, ?> member : members.entrySet()) {
        out.writeFieldName(String.valueOf(member.getKey()));
        write(out, member.getValue());
      }
      out.writeEndObject();
    } else if (value instanceof Iterable<?> items) {
      out.writeStartArray();
      for (Object item : items) {
        write(out, item);
      }
      out.writeEndArray();
    } else if (value instanceof String text) {
      out.writeString(text);
    } else if (value instanceof Double fraction) {
      out.writeNumber(fraction);
    } else if (value instanceof Number number) {
      out.writeNumber(number.longValue());
    } else if (value instanceof Boolean flag) {
      out.writeBoolean(flag);
    } else {
      throw new IllegalArgumentException("no value of JSON: " + value.getClass());
    }
  }
}
