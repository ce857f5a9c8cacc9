package org.postroom.core.flow;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.fact.Fact;
import org.postroom.core.fact.Facts;
import org.postroom.core.filter.check.FilterParams;
import org.postroom.core.inquiry.Inquiry;
import org.postroom.core.inquiry.Notes;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.ClientNames;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.Directory;
import org.postroom.core.policy.Moment;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Pending;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyContext;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.policy.Sources;
import org.postroom.core.policy.service.PolicyServers;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.time.VirtualTime;

/**
 * Measures what large tables cost a mail where they are asked, at RCPT: 10,000 aliases, 100,000
 * virtual aliases and a cidr table of 1,000 rows, against none. {@code TablesBench [rounds] [mails
 * a round]}; the two take turns. Not a test; run by hand.
 */
public final class TablesBench {
  private static final int ALIASES = 10_000;
  private static final int VIRTUAL = 100_000;
  private static final int NETWORKS = 1_000;

  private TablesBench() {}

  public static void main(String[] args) throws IOException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 20;
    int mails = args.length > 1 ? Integer.parseInt(args[1]) : 200_000;
    Path folder = Files.createTempDirectory("bench-tables");
    House bare = House.of(folder, "");
    House full =
        House.of(
            folder,
            """
            alias_maps = hash:aliases
            virtual_alias_maps = hash:virtual
            smtpd_client_restrictions = check_client_access cidr:networks
            """);
    List<Long> without = new ArrayList<>();
    List<Long> with = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      long one = bare.nanosAMail(mails, round);
      long other = full.nanosAMail(mails, round);
      System.out.printf("round %d: %d ns without tables, %d ns with them%n", round, one, other);
      if (round >= rounds / 2) { // those before are for the compiler
        without.add(one);
        with.add(other);
      }
    }
    long median = median(without);
    System.out.printf(
        "median: %d ns without, %d ns with: the tables are %d ns of a mail%n",
        median, median(with), median(with) - median);
  }

  private static long median(List<Long> all) {
    List<Long> sorted = all.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  /** What a recipient goes through. */
  private record House(Policy policy, Expansion expansion, Sources sources) {

    static House of(Path folder, String tables) throws IOException {
      write(folder);
      Settings settings =
          Settings.read(
              List.of(PolicyParams.ALL, FlowParams.ALL, AliasParams.ALL, FilterParams.ALL),
              MainCf.parse(
                  "main.cf",
                  """
                  myhostname = mx.our.test
                  mydestination = our.test
                  virtual_alias_domains = virtual.test
                  mynetworks = 192.0.2.0/24
                  alias_maps =
                  """
                      + tables),
              Map.of());
      Tables opened =
          Tables.builder().base(folder).aliasFiles(settings.get(AliasParams.ALIAS_MAPS)).build();
      VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
      opened.watch(Clock.systemUTC(), time, Runnable::run);
      OwnAddresses own = new OwnAddresses(List.of(), List.of());
      Policy policy = Policy.of(settings, own, opened);
      Addressing addressing = Addressing.of(settings, policy, own, opened, Set.of("smtp", "relay"));
      MemoryMailStore mailboxes = new MemoryMailStore(time);
      MemoryAccounts accounts = new MemoryAccounts(mailboxes);
      return new House(
          policy,
          addressing.expansion(addressing.router(accounts, mailboxes), Clock.systemUTC()),
          new Sources(ZoneResolver.of(), Directory.EMPTY, PolicyServers.NONE, time));
    }

    private static void write(Path folder) throws IOException {
      StringBuilder aliases = new StringBuilder();
      for (int i = 0; i < ALIASES; i++) {
        aliases.append("alias").append(i).append(": x").append(i).append("@far.test\n");
      }
      Files.writeString(folder.resolve("aliases"), aliases);
      StringBuilder virtual = new StringBuilder();
      for (int i = 0; i < VIRTUAL; i++) {
        virtual.append("user").append(i).append("@virtual.test x").append(i).append("@far.test\n");
      }
      Files.writeString(folder.resolve("virtual"), virtual);
      StringBuilder networks = new StringBuilder();
      for (int i = 0; i < NETWORKS; i++) {
        networks.append("10.").append(i / 250).append('.').append(i % 250).append(".0/24 REJECT\n");
      }
      Files.writeString(folder.resolve("networks"), networks);
    }

    private int steps(PolicyContext mail, Address to, Facts facts) {
      Decision decision = policy.judge().judge(Moment.RECIPIENT, mail, Pending.NOTHING, facts);
      return decision.steps().size()
          + expansion.expand(ReversePath.NULL, Recipient.of(to), facts).targets().size();
    }

    /** Each mail is for one who is not in the tables, so that all of their forms are looked for. */
    long nanosAMail(int mails, int seed) {
      Random random = new Random(seed);
      Inquiry inquiry = new Inquiry(Runnable::run, sources.timers());
      long taken = 0;
      long start = System.nanoTime();
      for (int i = 0; i < mails; i++) {
        int who = random.nextInt(VIRTUAL);
        InetAddress client =
            IpLiteral.parse("198.51." + (who & 0xFF) + "." + (who >> 8 & 0xFF)).orElseThrow();
        Address to = Address.parse("nobody" + who + "@our.test");
        PolicyContext mail =
            PolicyContext.of(
                    PolicyContext.Client.of(client, Fact.of("client name", ClientNames.ABSENT)),
                    sources)
                .hailedAs(Optional.of("client.test"))
                .from(ReversePath.of(Address.parse("sender@far.test")))
                .to(to);
        taken +=
            inquiry
                .pursue(new Notes(), facts -> steps(mail, to, facts))
                .toCompletableFuture()
                .join();
      }
      long nanos = System.nanoTime() - start;
      if (taken < mails) {
        throw new IllegalStateException("nobody was judged");
      }
      return nanos / mails;
    }
  }
}
