package org.postroom.core.flow;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.Transport;
import org.postroom.core.flow.Route.Nowhere;

/**
 * The transports that need nobody else: what becomes of mail is what the route says, as with
 * error(8) and discard(8); {@code hold} keeps it until somebody lets it go. A next hop of {@code
 * error} and {@code retry} is the reason, with a status before it if need be: {@code 5.1.2 we have
 * moved}.
 */
final class BuiltInTransports {
  /** Mail is returned. */
  static final String ERROR = "error";

  /** By which mail is returned, whatever the configuration says of its recipient by then. */
  static Route.Onward returning(String status, String text) {
    return new Route.Onward(ERROR, status + " " + text, true);
  }

  /** Mail waits, and is tried again. */
  static final String RETRY = "retry";

  /** What stands for a reason that a table does not give. */
  static final String UNDELIVERABLE = "Address is undeliverable";

  private static final String STATUS = "[245]\\.[0-9]{1,3}\\.[0-9]{1,3}";

  /** One row each: its name, and what an attempt comes to by its next hop. */
  private static final Map<String, Function<String, DeliveryResult>> ALL =
      Map.of(
          ERROR,
          hop -> said(hop, 5, DeliveryResult.Bounced::new),
          RETRY,
          hop -> said(hop, 4, DeliveryResult.Deferred::new),
          "discard",
          hop -> new DeliveryResult.Delivered("none", "2.0.0", hop, true),
          "hold",
          hop -> new DeliveryResult.Held("none", "4.0.0", "on hold: " + hop));

  private BuiltInTransports() {}

  /** Whether mail by {@code transport} never leaves the house. */
  static boolean isOne(String transport) {
    return ALL.containsKey(transport);
  }

  /** All of them, by name. */
  static Map<String, Transport> all() {
    return ALL.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, row -> transport(row.getValue())));
  }

  private static Transport transport(Function<String, DeliveryResult> result) {
    return (mail, hop) ->
        CompletableFuture.completedFuture(Transport.Report.all(mail, result.apply(hop)));
  }

  /** What {@code error} and {@code retry} say to whoever brings mail that goes there. */
  static Nowhere refusal(String transport, String hop) {
    int first = transport.equals(RETRY) ? 4 : 5;
    return said(hop, first, (status, text) -> new Nowhere(first == 4 ? 450 : 550, status, text));
  }

  private static DeliveryResult said(String hop, int first, Result result) {
    return said(hop, first, (status, text) -> result.of("none", status, text));
  }

  /** The first digit of the status is the transport's: it says whether there is another attempt. */
  private static <R> R said(String hop, int first, BiFunction<String, String, R> result) {
    List<String> words = List.of(hop.strip().split("\\s+", 2));
    return words.get(0).matches(STATUS)
        ? result.apply(first + words.get(0).substring(1), words.size() > 1 ? words.get(1) : "")
        : result.apply(first + ".1.1", hop.strip());
  }

  private interface Result {
    DeliveryResult of(String relay, String status, String reason);
  }
}
