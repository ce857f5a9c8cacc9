package org.postroom.dist.config.dovecot;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.postroom.core.config.MainCf;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.ParamClass;
import org.postroom.core.report.Place;
import org.postroom.core.report.Report;

/** What settings of Dovecot come to here, as it is found out, and what there is to say. */
final class Findings {
  private final Set<String> declared;
  private final MainCf main;
  private final List<MainCf.Entry> entries = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private final List<Notice> notices = new ArrayList<>();

  /**
   * Nothing yet.
   *
   * @param declared names of parameters that are acted upon
   * @param main what stands above a dovecot.conf
   */
  Findings(Set<String> declared, MainCf main) {
    this.declared = declared;
    this.main = main;
  }

  /** Whether a parameter of that name is acted upon. */
  boolean isDeclared(String name) {
    return declared.contains(name);
  }

  /** Whether main.cf says something that a dovecot.conf says, too; then that counts. */
  boolean isSaid(String name) {
    return main.entry(name).isPresent();
  }

  /** Sets a parameter, as it would stand in main.cf, but that nothing in it is expanded. */
  void set(String name, String value, Place place) {
    String text = value.replace("$", "$$");
    MainCf.Entry said = main.entry(name).orElse(null);
    if (said == null) {
      entries.removeIf(one -> one.name().equals(name));
      entries.add(new MainCf.Entry(name, text, place));
    } else if (!said.value().equals(text)) {
      say(
          Notice.Level.WARNING,
          place,
          name,
          ParamClass.PARTIAL,
          name + " = " + value + " does not count: " + said.place() + " has " + said.value());
    }
  }

  /** Something is obeyed in part, or differently. */
  void differs(Place place, String name, String text) {
    say(Notice.Level.WARNING, place, name, ParamClass.PARTIAL, name + " " + text);
  }

  /** Something has no effect here. */
  void noEffect(Place place, String name, String text) {
    say(
        Notice.Level.NOTE,
        place,
        name,
        ParamClass.NO_EFFECT,
        name + " has no effect here: " + text);
  }

  /** Something has no meaning here. */
  void silent(Place place, String name) {
    say(Notice.Level.DETAIL, place, name, ParamClass.SILENT, name + " has no meaning here");
  }

  /** Nobody knows it. */
  void unknown(Place place, String name, String hint) {
    say(
        Notice.Level.WARNING,
        place,
        name,
        ParamClass.UNKNOWN,
        "unknown setting of Dovecot: " + name + hint);
  }

  /** Going on without it would not be safe. */
  void refuse(Place place, String name, String text) {
    faults.add(new Fault(place, name, ParamClass.REFUSED, text));
  }

  /** A value is none. */
  void wrong(Place place, String name, String text) {
    faults.add(new Fault(place, name, text));
  }

  private void say(
      Notice.Level level, Place place, String name, ParamClass paramClass, String text) {
    notices.add(new Notice(level, place, name, paramClass, text));
  }

  List<MainCf.Entry> entries() {
    return entries;
  }

  Report report(Report ofLines) {
    return ofLines.and(new Report(faults, notices));
  }
}
