package org.postroom.core.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parameters that stand twice, once for each of two protocols, as {@code smtp_tls_CAfile} and
 * {@code lmtp_tls_CAfile}: declared for the first, mirrored for the second. Whoever obeys them asks
 * for the first one's; {@link #in} has them answer with the second one's values.
 *
 * <pre>{@code
 * static final Mirror LMTP = Mirror.from("smtp_", "lmtp_")
 *     .preset(SmtpClientParams.TCP_PORT, "24")
 *     .set("lmtp", SmtpClientParams.ALL)
 *     .build();
 *
 * LMTP.in(settings).get(SmtpClientParams.TCP_PORT);   // what lmtp_tcp_port is
 * }</pre>
 */
public final class Mirror {
  private final Map<Param<?>, Param<?>> images;
  private final List<ParamSet> sets;

  private Mirror(Map<Param<?>, Param<?>> images, List<ParamSet> sets) {
    this.images = images;
    this.sets = List.copyOf(sets);
  }

  /** Begins one for names that begin with {@code from}; others are not mirrored. */
  public static Builder from(String from, String to) {
    return new Builder(from, to);
  }

  /** The second protocol's parameters. */
  public List<ParamSet> sets() {
    return sets;
  }

  /**
   * Settings as the second protocol sees them: its value, and its name in faults, where the first
   * one's parameter is asked for. What is not mirrored is as it is.
   */
  public Settings in(Settings settings) {
    return settings.mirrored(images);
  }

  /** What differs. */
  public static final class Builder {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]+");

    private final String from;
    private final String to;
    private final Map<Param<?>, String> names = new HashMap<>();
    private final Map<Param<?>, String> presets = new HashMap<>();
    private final Map<Param<?>, String> docs = new HashMap<>();
    private final Set<Param<?>> without = new HashSet<>();
    private final Map<String, ParamSet> originals = new LinkedHashMap<>();

    private Builder(String from, String to) {
      this.from = from;
      this.to = to;
    }

    /** With a name of its own. */
    public Builder named(Param<?> param, String name) {
      names.put(param, name);
      return this;
    }

    /** With a default of its own. */
    public Builder preset(Param<?> param, String text) {
      presets.put(param, text);
      return this;
    }

    /** With an explanation of its own. */
    public Builder doc(Param<?> param, String text) {
      docs.put(param, text);
      return this;
    }

    /** These are the first protocol's alone. */
    public Builder without(Param<?>... params) {
      without.addAll(List.of(params));
      return this;
    }

    /** Mirrors a set. */
    public Builder set(String name, ParamSet original) {
      originals.put(name, original);
      return this;
    }

    /** All of them. Defaults and explanations speak of the second protocol's names. */
    public Mirror build() {
      Map<String, String> words = new HashMap<>();
      for (ParamSet original : originals.values()) {
        for (Param<?> param : original.params()) {
          if (param.name().startsWith(from) && !without.contains(param)) {
            words.put(param.name(), nameOf(param));
          }
        }
      }
      Map<Param<?>, Param<?>> images = new LinkedHashMap<>();
      List<ParamSet> sets = new ArrayList<>();
      for (Map.Entry<String, ParamSet> original : originals.entrySet()) {
        ParamSet.Builder set = ParamSet.named(original.getKey());
        for (Param<?> param : original.getValue().params()) {
          String image = words.get(param.name());
          if (image != null) {
            images.put(param, set.include(image(param, image, words)));
          }
        }
        sets.add(set.build());
      }
      return new Mirror(images, sets);
    }

    private String nameOf(Param<?> param) {
      return names.getOrDefault(param, to + param.name().substring(from.length()));
    }

    private Param<?> image(Param<?> param, String name, Map<String, String> words) {
      String doc = docs.get(param);
      return param.mirrored(
          name,
          presets.getOrDefault(param, reworded(param.defaultText(), words)),
          () -> doc == null ? reworded(param.doc(), words) : doc);
    }

    private String reworded(String text, Map<String, String> words) {
      if (!text.contains(from)) {
        return text; // as most defaults; all words begin so
      }
      Matcher names = NAME.matcher(text);
      return names.replaceAll(
          found -> Matcher.quoteReplacement(words.getOrDefault(found.group(), found.group())));
    }
  }
}
