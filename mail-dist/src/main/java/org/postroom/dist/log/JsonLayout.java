package org.postroom.dist.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.postroom.core.json.Json;
import org.postroom.core.log.LogEvent;
import org.postroom.core.log.MailLog;

/**
 * One object a line: {@code ts}, {@code level}, {@code service}, {@code event}, then the fields of
 * the event. What has no value is not there. Clients are two fields, {@code client_name} and {@code
 * client}.
 */
final class JsonLayout implements LineLayout {

  @Override
  public String line(ILoggingEvent event) {
    Map<String, Object> line = new LinkedHashMap<>();
    Instant at = Instant.ofEpochMilli(event.getTimeStamp());
    line.put("ts", at.truncatedTo(ChronoUnit.MILLIS).toString());
    line.put("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
    LogEvent ours = LineLayout.event(event);
    String service = MailLog.serviceOf(event.getLoggerName());
    line.put("service", service.isEmpty() ? "postroom" : service);
    if (ours == null) {
      line.put("event", "message");
      line.put("logger", event.getLoggerName());
      line.put("message", event.getFormattedMessage());
    } else {
      line.put("event", ours.name());
      ours.fields().forEach((name, value) -> put(line, name, value));
    }
    if (event.getThrowableProxy() != null) {
      line.put("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return new String(Json.write(line), UTF_8) + "\n";
  }

  private static void put(Map<String, Object> line, String name, Object value) {
    String text = value.toString();
    int open = text.lastIndexOf('[');
    if (name.equals("client") && open > 0 && text.endsWith("]")) {
      line.put("client_name", text.substring(0, open));
      line.put("client", text.substring(open + 1, text.length() - 1));
    } else {
      line.put(name, value instanceof Number number ? number.longValue() : text);
    }
  }
}
