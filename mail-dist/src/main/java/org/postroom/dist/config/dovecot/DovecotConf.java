package org.postroom.dist.config.dovecot;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.Place;
import org.postroom.core.report.Report;

/**
 * What a dovecot.conf says, of version 2.3 or 2.4, with all files that it includes: settings and
 * blocks as they are written, judged by nobody yet. Reading never fails: what is wrong is kept as
 * faults. Immutable.
 *
 * @param file the first of them
 * @param root what stands in no block
 * @param report what is wrong with the lines
 */
public record DovecotConf(Path file, Block root, Report report) {

  /** The setting that files of version 2.4 begin with. */
  static final String VERSION = "dovecot_config_version";

  /**
   * One setting, as it is written last in its block.
   *
   * @param text what other settings it refers to stand in it; empty where a file has it
   * @param file that has the value
   */
  public record Setting(String name, String text, Optional<Path> file, Place place) {}

  /**
   * A block, such as {@code service imap-login} with all that is said of it.
   *
   * @param name may be empty
   * @param settings in the order of their first mention
   * @param blocks in it
   * @param place where it begins first
   */
  public record Block(
      String type, String name, List<Setting> settings, List<Block> blocks, Place place) {
    public Block {
      settings = List.copyOf(settings);
      blocks = List.copyOf(blocks);
    }

    /** That of a name. */
    public Optional<Setting> setting(String wanted) {
      return settings.stream().filter(one -> one.name().equals(wanted)).findFirst();
    }

    /** What a setting of a name says; empty where there is none. */
    public String text(String wanted) {
      return setting(wanted).map(Setting::text).orElse("");
    }

    /** Those of a type. */
    public List<Block> blocks(String wanted) {
      return blocks.stream().filter(one -> one.type().equals(wanted)).toList();
    }

    /** As it is written, without what stands in it. */
    public String title() {
      return name.isEmpty() ? type : type + " " + name;
    }
  }

  /** Reads a file, and those that it includes. */
  public static DovecotConf read(Path file) {
    DovecotReader reader = new DovecotReader();
    Block root = reader.read(file);
    return new DovecotConf(
        file, root, new Report(List.copyOf(reader.faults()), List.copyOf(reader.notices())));
  }

  /** Whether it is one of version 2.4, whose settings have other names. */
  public boolean isNewDialect() {
    return root.setting(VERSION).isPresent();
  }

  /** What is wrong with its lines. */
  public List<Fault> faults() {
    return report.faults();
  }

  /** What an administrator should know about its lines. */
  public List<Notice> notices() {
    return report.notices();
  }
}
