package org.postroom.core.config;

import java.util.Set;
import java.util.function.Function;
import org.postroom.core.report.ParamClass;

/**
 * Parameters that every transport has one of, under its own name: {@code
 * smtp_destination_rate_delay}, {@code relay_destination_rate_delay} and so on. One declaration
 * stands for all of them; where one is not given, the parameter for all transports holds.
 *
 * <pre>{@code
 * Duration pause = settings.get(QueueParams.DESTINATION_RATE_DELAYS, "relay");
 * }</pre>
 *
 * @param <T> the type a reader gets
 */
public final class ParamFamily<T> {
  private static final String ANY_TRANSPORT = "*";

  private final String ending;
  private final Param<T> usual;

  ParamFamily(String ending, Param<T> usual) {
    if (!ending.startsWith("_")) {
      throw new IllegalArgumentException("no ending of a transport's parameters: " + ending);
    }
    this.ending = ending;
    this.usual = usual;
  }

  /** What the one of a transport is called. */
  public String name(String transport) {
    return transport + ending;
  }

  /** What all of them are called, for listings: a star stands for the transport. */
  public String pattern() {
    return ANY_TRANSPORT + ending;
  }

  /** What holds for transports that have none of their own. */
  public Param<T> usual() {
    return usual;
  }

  /** What they mean, for listings and the reference page. */
  public String doc() {
    return "The same for one transport.";
  }

  Param<T> of(String transport) {
    return new Param<>(
        name(transport),
        "$" + usual.name(),
        usual.type(),
        Function.identity(),
        this::doc,
        ParamClass.IMPLEMENTED,
        "",
        Set.of());
  }

  @Override
  public String toString() {
    return pattern();
  }
}
