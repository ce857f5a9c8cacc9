package org.postroom.core.log;

import java.util.Map;
import java.util.Optional;

/**
 * Something that happened to a mail or in a session. {@link MailLog} gives it to the logging API as
 * the only argument of the message {@code {}}: who writes text writes its words, who writes for
 * programs takes its fields. Nothing in either breaks out of its line.
 */
public final class LogEvent {
  private final Form form;
  private final Object[] values;

  LogEvent(Form form, Object[] values) {
    this.form = form;
    this.values = values;
  }

  /** What kind of event it is, such as {@code connect}. */
  public String name() {
    return form.event();
  }

  /** Its fields in the order of its words, without those that have no value: texts and numbers. */
  public Map<String, Object> fields() {
    return form.fields(values);
  }

  /** The value of one field, as {@link #fields} has it; empty where it has none. */
  public Optional<Object> field(String name) {
    return form.field(name, values);
  }

  /** Its words, as Postfix writes them. */
  @Override
  public String toString() {
    return form.text(values);
  }
}
