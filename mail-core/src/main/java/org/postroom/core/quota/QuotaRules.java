package org.postroom.core.quota;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.address.Domain;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.people.Quota;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;

/**
 * Which quota holds for whom, and where: an account's own, else its domain's, else the server's; in
 * some mailboxes more, or none at all. Immutable; from any thread.
 */
public final class QuotaRules {
  /** Whatever accounts do not say themselves is without limit. */
  public static final QuotaRules NONE =
      new QuotaRules(Quota.NONE, Quota.NONE, Map.of(), Map.of(), 0, 0, 0, List.of());

  private final Quota usual;
  private final Quota named;
  private final Map<String, Quota> domains;
  private final Map<String, FolderRule> folders;
  private final boolean ignoresSome;
  private final long extra;
  private final long grace;
  private final long largest;
  private final List<QuotaWarning> warnings;

  private QuotaRules(
      Quota usual,
      Quota named,
      Map<String, Quota> domains,
      Map<String, FolderRule> folders,
      long extra,
      long grace,
      long largest,
      List<QuotaWarning> warnings) {
    this.usual = usual;
    this.named = named;
    this.domains = Map.copyOf(domains);
    this.folders = Map.copyOf(folders);
    this.ignoresSome = folders.values().stream().anyMatch(FolderRule::ignored);
    this.extra = extra;
    this.grace = grace;
    this.largest = largest;
    this.warnings = List.copyOf(warnings);
  }

  /**
   * What is to come into a mailbox.
   *
   * @param mailbox its name
   * @param octets of all messages
   * @param messages how many
   * @param largest octets of the largest; 0 where its size does not matter
   * @param delivered whether it is mail that somebody has sent, for which there is grace
   */
  public record Coming(
      String mailbox, long octets, long messages, long largest, boolean delivered) {}

  /**
   * As settings say.
   *
   * @param settings must hold {@link QuotaParams#PART}
   * @param largestMail the most octets of a mail that comes in; 0 for no limit
   * @throws BadConfiguration with all that contradicts itself
   */
  public static QuotaRules of(Settings settings, long largestMail) {
    List<Fault> faults = new ArrayList<>();
    Map<String, FolderRule> folders = new HashMap<>();
    Quota ruled = Quota.NONE;
    for (Param<String> param : QuotaParams.RULES) {
      FolderRule rule = FolderRule.parse(settings.get(param)).orElse(null);
      if (rule != null && rule.isForAll()) {
        if (!ruled.equals(Quota.NONE)) {
          faults.add(settings.fault(param, "another rule says already what * may hold"));
        }
        ruled = rule.quota();
      } else if (rule != null && folders.put(rule.mailbox(), rule) != null) {
        faults.add(settings.fault(param, "another rule is about " + rule.mailbox() + " already"));
      }
    }
    Quota sized =
        new Quota(settings.get(QuotaParams.STORAGE_SIZE), settings.get(QuotaParams.MESSAGE_COUNT));
    faults.addAll(twice(settings, ruled, sized));
    for (Param<Long> param : List.of(QuotaParams.MAILBOX_SIZE, QuotaParams.VIRTUAL_MAILBOX)) {
      long limit = settings.get(param);
      if (limit > 0 && (largestMail == 0 || limit < largestMail)) {
        faults.add(settings.fault(param, "it is smaller than message_size_limit"));
      }
    }
    Map<String, Quota> domains = domains(settings, faults);
    if (!faults.isEmpty()) {
      throw new BadConfiguration(faults);
    }
    Quota said = ruled.or(sized);
    Quota mailbox = Quota.ofOctets(settings.get(QuotaParams.MAILBOX_SIZE));
    return new QuotaRules(
        said.or(mailbox),
        said.or(Quota.ofOctets(settings.get(QuotaParams.VIRTUAL_MAILBOX))).or(mailbox),
        domains,
        folders,
        settings.get(QuotaParams.STORAGE_EXTRA),
        settings.get(QuotaParams.STORAGE_GRACE),
        settings.get(QuotaParams.MAIL_SIZE),
        warnings(settings));
  }

  private static List<QuotaWarning> warnings(Settings settings) {
    List<QuotaWarning> all = new ArrayList<>();
    for (Param<String> param : QuotaParams.WARNINGS) {
      Optional<QuotaWarning> one = QuotaWarning.parse(settings.get(param));
      if (one.isPresent()) {
        all.add(one.get());
      }
    }
    return List.copyOf(all);
  }

  /** The two spellings of one thing. */
  private static List<Fault> twice(Settings settings, Quota ruled, Quota sized) {
    List<Fault> faults = new ArrayList<>();
    if (ruled.octets() != Quota.UNSAID && sized.octets() != Quota.UNSAID) {
      faults.add(settings.fault(QuotaParams.STORAGE_SIZE, "quota_rule says that already"));
    }
    if (ruled.messages() != Quota.UNSAID && sized.messages() != Quota.UNSAID) {
      faults.add(settings.fault(QuotaParams.MESSAGE_COUNT, "quota_rule says that already"));
    }
    return faults;
  }

  private static Map<String, Quota> domains(Settings settings, List<Fault> faults) {
    Map<String, Quota> domains = new HashMap<>();
    for (String item : settings.get(QuotaParams.DOMAIN_RULE)) {
      int colon = item.indexOf(':');
      try {
        if (colon < 1) {
          throw new BadValue("a rule is a domain, a colon and " + QuotaText.FORM);
        }
        String written = item.substring(0, colon);
        String domain =
            Domain.parse(written)
                .map(Domain::name)
                .orElseThrow(() -> new BadValue("\"" + written + "\" is no domain"));
        if (domains.put(domain, QuotaText.parse(item.substring(colon + 1))) != null) {
          throw new BadValue("another rule is about " + domain + " already");
        }
      } catch (BadValue e) {
        faults.add(settings.fault(QuotaParams.DOMAIN_RULE, item + ": " + e.reason()));
      }
    }
    return domains;
  }

  /**
   * The limit that holds for an account.
   *
   * @param login what it is called
   * @param own what is said of it alone
   */
  public Quota limit(String login, Quota own) {
    int at = login.lastIndexOf('@');
    Quota domain =
        at < 0 || domains.isEmpty()
            ? Quota.NONE
            : domains.getOrDefault(login.substring(at + 1), Quota.NONE);
    Quota limit = own.or(domain).or(at < 0 ? usual : named).or(Quota.ENDLESS);
    return limit.octets() > 0 ? new Quota(sum(limit.octets(), extra), limit.messages()) : limit;
  }

  /** Whether there are mailboxes whose messages do not count. */
  public boolean ignoresSome() {
    return ignoresSome;
  }

  /** Whether messages in {@code mailbox} do not count. */
  public boolean ignores(String mailbox) {
    FolderRule rule = folders.get(mailbox);
    return rule != null && rule.ignored();
  }

  /** Whether owners are told how full their accounts are. */
  public boolean warns() {
    return !warnings.isEmpty();
  }

  /** What an account's owner is to be told of, first of all; empty where it is nothing. */
  public Optional<QuotaWarning> passed(QuotaUse before, QuotaUse after) {
    return warnings.stream().filter(one -> one.isPassed(before, after)).findFirst();
  }

  /** Whether there is room for what comes. */
  public boolean admits(QuotaUse use, Coming coming) {
    if (coming.messages() == 0) {
      return true;
    }
    if (largest > 0 && coming.largest() > largest) {
      return false;
    }
    if (ignores(coming.mailbox())) {
      return true;
    }
    Quota limit = within(use.limit(), coming.mailbox());
    if (limit.messages() > 0 && sum(use.messages(), coming.messages()) > limit.messages()) {
      return false;
    }
    boolean mayExceed = coming.delivered() && use.octets() < limit.octets();
    long most = mayExceed ? sum(limit.octets(), grace) : limit.octets();
    return limit.octets() <= 0 || sum(use.octets(), coming.octets()) <= most;
  }

  /**
   * The most octets that one mail may have that is delivered into {@code mailbox} now; 0 when it is
   * full, {@link Long#MAX_VALUE} without limit.
   */
  public long room(QuotaUse use, String mailbox) {
    long most = largest > 0 ? largest : Long.MAX_VALUE;
    if (ignores(mailbox)) {
      return most;
    }
    Quota limit = within(use.limit(), mailbox);
    if (limit.messages() > 0 && use.messages() >= limit.messages()) {
      return 0;
    }
    if (limit.octets() <= 0) {
      return most;
    }
    long left = limit.octets() - use.octets();
    return left <= 0 ? 0 : Math.min(most, sum(left, grace));
  }

  private Quota within(Quota limit, String mailbox) {
    FolderRule rule = folders.get(mailbox);
    return rule == null ? limit : rule.over(limit);
  }

  /** Of two numbers that are none below 0, without an overflow. */
  static long sum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }
}
