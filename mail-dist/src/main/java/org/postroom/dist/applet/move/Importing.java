package org.postroom.dist.applet.move;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.files.NamedFlags;
import org.postroom.dist.operation.MailboxOperations;
import org.postroom.dist.operation.MailboxOperations.Kept;
import org.postroom.dist.operation.MailboxOperations.Names;
import org.postroom.dist.operation.MailboxOperations.Wanted;
import org.postroom.dist.operation.MessageOperations;
import org.postroom.dist.operation.MessageOperations.Behind;
import org.postroom.dist.operation.MessageOperations.Coming;
import org.postroom.dist.operation.MessageOperations.Digest;
import org.postroom.dist.operation.MessageOperations.Known;
import org.postroom.dist.operation.MessageOperations.Mark;
import org.postroom.dist.operation.MessageOperations.Marked;
import org.postroom.dist.operation.MessageOperations.New;
import org.postroom.dist.operation.MessageOperations.Page;
import org.postroom.dist.operation.MessageOperations.Some;
import org.postroom.dist.operation.MessageOperations.Taken;
import org.postroom.dist.operation.MessageOperations.Where;

/**
 * Takes in what somebody has elsewhere. What is there already is found by UIDVALIDITY and UID, or,
 * where the other store has none, by date and size: so it may be done again at any time, also after
 * it was cut off, and brings what is new and flags that have changed. Nothing is removed here.
 */
final class Importing {
  private static final int BATCH_OCTETS = 4 << 20;
  private static final int BATCH_FLAGS = 128 * 1024;
  private static final int NAMES = 1000;

  private final AskedServer.Client client;
  private final String login;
  private final boolean newUids;
  private final boolean verify;
  private final Report report;

  /**
   * For somebody.
   *
   * @param newUids whether messages of a mailbox that has other UIDs here get new ones
   * @param verify whether all messages are compared by their octets at the end
   */
  Importing(
      AskedServer.Client client, String login, boolean newUids, boolean verify, Report report) {
    this.client = client;
    this.login = login;
    this.newUids = newUids;
    this.verify = verify;
    this.report = report;
  }

  /** Takes all that there is. */
  void all(MailSource source) throws IOException, Trouble {
    source.folders(this::folder);
    List<String> names = List.copyOf(source.subscriptions());
    for (int i = 0; i < names.size(); i += NAMES) {
      Names unused =
          client.ask(
              MailboxOperations.SUBSCRIBE,
              new Names(login, names.subList(i, Math.min(names.size(), i + NAMES))));
    }
  }

  private void folder(SourceFolder folder) throws IOException {
    String place = login + " " + folder.name();
    Kept row;
    try {
      row =
          client.ask(
              MailboxOperations.ADOPT, new Wanted(login, folder.name(), folder.uidValidity()));
    } catch (OperationRefused e) {
      throwUnlessItsOwn(e);
      if (newUids && folder.uidValidity().isPresent()) {
        report.note(place, "messages get new UIDs here: " + String.join("; ", e.reasons()));
        folder(folder.unnumbered());
      } else {
        report.trouble(place, String.join("; ", e.reasons()));
      }
      return;
    }
    try {
      new OneFolder(folder, new Where(login, row.name(), row.uidValidity()), place).take(row);
    } catch (OperationRefused e) {
      // Somebody has removed the mailbox meanwhile, say: the others can be taken all the same.
      throwUnlessItsOwn(e);
      report.trouble(place, String.join("; ", e.reasons()));
    }
  }

  private static void throwUnlessItsOwn(OperationRefused e) {
    if (e.kind() != OperationRefused.Kind.REQUEST) {
      throw e;
    }
  }

  /** One mailbox on its way. */
  private final class OneFolder {
    private final SourceFolder folder;
    private final Where where;
    private final String place;
    private final Map<Long, Known> here = new TreeMap<>();
    private final Map<Long, SourceMessage> pairs = new TreeMap<>();
    private final List<SourceMessage> batch = new ArrayList<>();
    private final List<Body> bodies = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private long batchOctets;
    private long batchFlags;
    private long done;
    private long lastListed;
    private boolean stopped;

    OneFolder(SourceFolder folder, Where where, String place) {
      this.folder = folder;
      this.where = where;
      this.place = place;
    }

    void take(Kept row) throws IOException {
      look();
      boolean numbered = folder.uidValidity().isPresent();
      for (SourceMessage one : folder.messages()) {
        if (numbered && one.uid() > 0 && !stopped) {
          listed(one, row.uidNext());
        }
      }
      flush();
      if (numbered && folder.uidNext() > 1 && !stopped) {
        Taken unused = restore(List.of(), folder.uidNext(), InputStream.nullInputStream());
      }
      Map<String, List<Known>> unclaimed = unclaimed(numbered ? folder.uidNext() : 0);
      for (SourceMessage one : folder.messages()) {
        if ((!numbered || one.uid() == 0) && !stopped) {
          unlisted(one, unclaimed);
        }
      }
      flush();
      mark();
      if (verify) {
        verify();
      }
      report.done(place, pairs.size());
    }

    private void look() {
      Optional<Behind> next = Optional.of(new Behind(where, 0));
      while (next.isPresent()) {
        Page page = client.ask(MessageOperations.LIST, next.get());
        page.messages().forEach(one -> here.put(one.uid(), one));
        next = next.get().next(page);
      }
    }

    private void listed(SourceMessage one, long uidNext) throws IOException {
      Known known = here.get(one.uid());
      if (one.uid() <= lastListed) {
        report.trouble(one.place(), "UID " + one.uid() + " is another message's there, too");
        return;
      }
      lastListed = one.uid();
      if (known == null) {
        if (one.uid() < uidNext) {
          passedOver(one);
        } else {
          coming(one);
        }
      } else if (Math.floorDiv(known.date(), 1000L) != one.second()) {
        report.trouble(
            one.place(), "UID " + one.uid() + " of " + place + " is another message's here");
      } else {
        known(one, known);
      }
    }

    /** Removed here, or never taken: nobody remembers which. */
    private void passedOver(SourceMessage one) {
      String what = "UID " + one.uid() + " is not in " + place + ", and is not taken any more";
      report.removed(1);
      if (verify) {
        report.trouble(one.place(), what);
      } else {
        report.note(one.place(), what);
      }
    }

    private void known(SourceMessage one, Known known) {
      report.known(1);
      done++;
      pairs.put(known.uid(), one);
      List<String> wanted = flags(one);
      if (!lower(wanted).equals(lower(known.flags()))) {
        marks.add(new Mark(known.uid(), wanted));
        if (marks.size() == MessageOperations.MOST) {
          mark();
        }
      }
    }

    /** Those here that have no partner by their UID, by what they can be known by. */
    private Map<String, List<Known>> unclaimed(long from) {
      Map<String, List<Known>> unclaimed = new HashMap<>();
      here.values().stream()
          .filter(one -> one.uid() >= from && !pairs.containsKey(one.uid()))
          .forEach(
              one ->
                  unclaimed
                      .computeIfAbsent(
                          Math.floorDiv(one.date(), 1000L) + " " + one.size(),
                          key -> new ArrayList<>())
                      .add(one));
      return unclaimed;
    }

    private void unlisted(SourceMessage one, Map<String, List<Known>> unclaimed)
        throws IOException {
      Body body = one.size() < 0 ? body(one) : null;
      if (body == null && one.size() < 0) {
        return;
      }
      long size = body == null ? one.size() : body.size();
      List<Known> same = unclaimed.getOrDefault(one.second() + " " + size, List.of());
      if (same.isEmpty() && body == null) {
        // Not every server tells the size that the octets have.
        body = body(one);
        if (body == null) {
          return;
        }
        same = unclaimed.getOrDefault(one.second() + " " + body.size(), List.of());
      }
      if (!same.isEmpty()) {
        known(one, same.remove(0));
        if (body != null) {
          body.discard();
        }
      } else if (body != null) {
        coming(one, body);
      }
    }

    private void coming(SourceMessage one) throws IOException {
      Body body = body(one);
      if (body != null) {
        coming(one, body);
      }
    }

    private @Nullable Body body(SourceMessage one) {
      try {
        Body body = one.loader().load();
        if (body.size() > Body.MOST) {
          body.discard();
          throw Body.tooLong();
        }
        return body;
      } catch (IOException | Trouble e) {
        report.trouble(
            one.place(), e instanceof Trouble ? String.valueOf(e.getMessage()) : e.toString());
        return null;
      }
    }

    private void coming(SourceMessage one, Body body) throws IOException {
      long flags = flags(one).stream().mapToLong(String::length).sum();
      if (batch.size() == MessageOperations.MOST
          || batchOctets + body.size() > BATCH_OCTETS
          || batchFlags + flags > BATCH_FLAGS
          || !batch.isEmpty() && (batch.get(0).uid() == 0) != (one.uid() == 0)) {
        flush();
        if (stopped) {
          body.discard();
          return;
        }
      }
      batch.add(one);
      bodies.add(body);
      batchOctets += body.size();
      batchFlags += flags;
    }

    private void flush() throws IOException {
      if (batch.isEmpty() || stopped) {
        return;
      }
      boolean numbered = folder.uidValidity().isPresent();
      List<New> news = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) {
        SourceMessage one = batch.get(i);
        news.add(
            new New(
                numbered && one.uid() > 0 ? Optional.of(one.uid()) : Optional.empty(),
                bodies.get(i).size(),
                flags(one),
                one.date()));
      }
      Taken taken;
      try (InputStream content = new SequenceInputStream(opened())) {
        taken = restore(news, 0, content);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      } catch (OperationRefused e) {
        throwUnlessItsOwn(e);
        stopped = true;
        report.trouble(
            batch.get(0).place(),
            "it cannot be taken into "
                + place
                + ", nor can what follows there: "
                + String.join("; ", e.reasons()));
        return;
      } finally {
        bodies.forEach(Body::discard);
      }
      taken(news, taken);
      batch.clear();
      bodies.clear();
      batchOctets = 0;
      batchFlags = 0;
    }

    private Taken restore(List<New> news, long uidNext, InputStream content) {
      return client.ask(MessageOperations.RESTORE, new Coming(where, news, uidNext, content));
    }

    private void taken(List<New> news, Taken taken) {
      taken
          .leftOut()
          .forEach(
              name ->
                  report.trouble(place, "keyword " + name + " is left out: there are too many"));
      Set<Long> uids = new HashSet<>(taken.uids());
      int count = 0;
      long octets = 0;
      for (int i = 0; i < news.size(); i++) {
        long uid = news.get(i).uid().orElse(0L);
        if (uid == 0 || uids.contains(uid)) {
          pairs.put(uid == 0 ? taken.uids().get(i) : uid, batch.get(i));
          count++;
          octets += news.get(i).size();
        } else {
          report.trouble(
              batch.get(i).place(),
              "UID " + uid + " of " + place + " has been given to another message meanwhile");
        }
      }
      done += count;
      report.moved(count, octets);
      report.progress(place, done, folder.messages().size());
    }

    @SuppressWarnings("JdkObsolete") // SequenceInputStream takes nothing else
    private Enumeration<InputStream> opened() {
      Iterator<Body> left = List.copyOf(bodies).iterator();
      return new Enumeration<>() {
        @Override
        public boolean hasMoreElements() {
          return left.hasNext();
        }

        @Override
        public InputStream nextElement() {
          try {
            return left.next().open();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };
    }

    private void mark() {
      if (!marks.isEmpty()) {
        report.flagged(
            client.ask(MessageOperations.MARK, new Marked(where, List.copyOf(marks))).messages());
        marks.clear();
      }
    }

    private void verify() throws IOException {
      List<Long> uids = List.copyOf(pairs.keySet());
      for (int i = 0; i < uids.size(); i += MessageOperations.MOST) {
        List<Long> some = uids.subList(i, Math.min(uids.size(), i + MessageOperations.MOST));
        Map<Long, String> digests = new HashMap<>();
        for (Digest one :
            client.ask(MessageOperations.DIGEST, new Some(where, some, 0)).messages()) {
          digests.put(one.uid(), one.sha256());
        }
        for (long uid : some) {
          verify(uid, digests.get(uid));
        }
        report.progress("comparing " + place, i, uids.size());
      }
    }

    private void verify(long uid, @Nullable String digest) throws IOException {
      SourceMessage one = pairs.get(uid);
      Body body = one == null ? null : body(one);
      if (one == null || body == null) {
        return;
      }
      String there = body.sha256();
      body.discard();
      if (there.equals(digest)) {
        report.verified(1);
      } else {
        report.trouble(one.place(), "UID " + uid + " of " + place + " is not the same message");
      }
    }

    private List<String> flags(SourceMessage one) {
      List<String> names = new ArrayList<>();
      for (String name : one.flags()) {
        if (NamedFlags.isName(name)) {
          names.add(name);
        }
      }
      return names;
    }

    private Set<String> lower(List<String> names) {
      Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
      set.addAll(names);
      return Collections.unmodifiableSet(set);
    }
  }
}
