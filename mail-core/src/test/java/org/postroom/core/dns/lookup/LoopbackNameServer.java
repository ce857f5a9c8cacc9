package org.postroom.core.dns.lookup;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A name server on loopback, over UDP and TCP, for the records it is given. */
final class LoopbackNameServer implements AutoCloseable {
  private static final int DATAGRAM = 512;

  private final List<Record> records = new CopyOnWriteArrayList<>();
  private final Set<Name> failing = ConcurrentHashMap.newKeySet();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger askedByTcp = new AtomicInteger();
  private final DatagramSocket udp;
  private final ServerSocket tcp;
  private volatile boolean silent;

  LoopbackNameServer() {
    try {
      InetAddress loopback = InetAddress.getLoopbackAddress();
      DatagramSocket datagrams = null;
      ServerSocket streams = null;
      for (int tries = 0; streams == null; tries++) { // one port for both
        datagrams = new DatagramSocket(0, loopback);
        try {
          streams = new ServerSocket(datagrams.getLocalPort(), 50, loopback);
        } catch (IOException taken) {
          datagrams.close();
          if (tries == 20) {
            throw taken;
          }
        }
      }
      udp = datagrams;
      tcp = streams;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start("dns-udp", this::serveUdp);
    start("dns-tcp", this::serveTcp);
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(udp.getLocalAddress(), udp.getLocalPort());
  }

  void add(String... lines) {
    for (String line : lines) {
      records.add(SignedZone.parsed(line));
    }
  }

  void add(List<Record> more) {
    records.addAll(more);
  }

  /** Puts a record in the place of those of its name and type; signatures stay. */
  void replace(String line) {
    Record other = SignedZone.parsed(line);
    records.removeIf(
        one -> one.getName().equals(other.getName()) && one.getType() == other.getType());
    records.add(other);
  }

  void fail(String name) {
    failing.add(Name.fromConstantString(name));
  }

  void beSilent() {
    silent = true;
  }

  int asked() {
    return asked.get();
  }

  int askedByTcp() {
    return askedByTcp.get();
  }

  private void serveUdp() {
    byte[] octets = new byte[4096];
    while (!udp.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(octets, octets.length);
        udp.receive(packet);
        byte[] query = java.util.Arrays.copyOf(packet.getData(), packet.getLength());
        asked.incrementAndGet();
        if (silent) {
          continue;
        }
        byte[] answer = answer(query).toWire(DATAGRAM);
        udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      } catch (IOException closed) {
        // the loop's condition says whether that was the end
      }
    }
  }

  private void serveTcp() {
    while (!tcp.isClosed()) {
      try (Socket socket = tcp.accept()) {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] query = new byte[in.readUnsignedShort()];
        in.readFully(query);
        askedByTcp.incrementAndGet();
        byte[] answer = answer(query).toWire();
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeShort(answer.length);
        out.write(answer);
        out.flush();
      } catch (IOException closed) {
        // the loop's condition says whether that was the end
      }
    }
  }

  private Message answer(byte[] octets) throws IOException {
    Message query = new Message(octets);
    Record question = query.getQuestion();
    Message answer = new Message(query.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.RA);
    answer.addRecord(question, Section.QUESTION);
    if (failing.contains(question.getName())) {
      answer.getHeader().setRcode(Rcode.SERVFAIL);
      return answer;
    }
    Name name = question.getName();
    boolean signed = query.getOPT() != null && (query.getOPT().getFlags() & ExtendedFlags.DO) != 0;
    boolean exists = false;
    boolean found = false;
    for (boolean again = true; again; ) {
      again = false;
      Name now = name;
      for (Record record : records) {
        if (!record.getName().equals(now)) {
          exists |= signed && record.getName().subdomain(now);
          continue;
        }
        exists = true;
        if (record.getType() == question.getType()) {
          answer.addRecord(record, Section.ANSWER);
          found = true;
        } else if (signed && isSignature(record, question.getType(), Type.CNAME)) {
          answer.addRecord(record, Section.ANSWER);
        } else if (record instanceof CNAMERecord alias) {
          answer.addRecord(record, Section.ANSWER);
          name = alias.getTarget();
          again = true;
        }
      }
    }
    if (!found) {
      answer.getHeader().setRcode(exists ? Rcode.NOERROR : Rcode.NXDOMAIN);
    }
    if (!found && signed) {
      denial(name, answer);
    } else if (!found) {
      answer.addRecord(
          new SOARecord(Name.root, DClass.IN, 60, Name.root, Name.root, 1, 60, 60, 60, 60),
          Section.AUTHORITY);
    }
    if (question.getType() == Type.ANY) {
      answer.getHeader().setRcode(Rcode.NOTIMP);
    }
    return answer;
  }

  private static boolean isSignature(Record record, int... types) {
    return record instanceof RRSIGRecord signature
        && IntStream.of(types).anyMatch(type -> type == signature.getTypeCovered());
  }

  /** The NSEC records of the name itself, or of the one before it, and that of the wildcard. */
  private void denial(Name name, Message answer) {
    Name before =
        records.stream()
            .filter(one -> one instanceof NSECRecord && one.getName().compareTo(name) <= 0)
            .map(Record::getName)
            .max(Name::compareTo)
            .orElse(Name.root);
    for (Name owner : before.equals(Name.root) ? Set.of(before) : Set.of(before, Name.root)) {
      for (Record record : records) {
        if (record.getName().equals(owner)
            && (record instanceof NSECRecord || isSignature(record, Type.NSEC))) {
          answer.addRecord(record, Section.AUTHORITY);
        }
      }
    }
  }

  @Override
  public void close() {
    udp.close();
    try {
      tcp.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
