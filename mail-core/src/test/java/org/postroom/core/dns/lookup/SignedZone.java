package org.postroom.core.dns.lookup;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.DSRecord;
import org.xbill.DNS.Master;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * A root zone with a key of its own, in which all that is there is signed, and what is not there is
 * denied (NSEC): but for what is at or below a name with NS records and without DS, which is
 * another zone.
 */
final class SignedZone {
  private static final long TTL = 300;

  private final KeyPair pair;
  private final DNSKEYRecord key;
  private final Instant from;

  SignedZone(Instant from) {
    this.from = from;
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      pair = generator.generateKeyPair();
      key =
          new DNSKEYRecord(
              Name.root,
              DClass.IN,
              TTL,
              DNSKEYRecord.Flags.ZONE_KEY | DNSKEYRecord.Flags.SEP_KEY,
              DNSKEYRecord.Protocol.DNSSEC,
              DNSSEC.Algorithm.ECDSAP256SHA256,
              pair.getPublic());
    } catch (GeneralSecurityException | DNSSEC.DNSSECException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a resolver has to know of its key. */
  String anchor() {
    return new DSRecord(Name.root, DClass.IN, TTL, DNSSEC.Digest.SHA256, key).toString() + "\n";
  }

  /** These records with the key, denials and signatures, as a file has them. */
  List<Record> signed(String... lines) {
    Map<Name, Map<Integer, RRset>> zone = new TreeMap<>();
    add(zone, key);
    for (String line : lines) {
      add(zone, parsed(line));
    }
    List<Name> names = List.copyOf(zone.keySet());
    for (int i = 0; i < names.size(); i++) {
      List<Integer> types = new ArrayList<>(zone.get(names.get(i)).keySet());
      types.add(Type.NSEC);
      types.add(Type.RRSIG);
      add(
          zone,
          new NSECRecord(
              names.get(i),
              DClass.IN,
              TTL,
              names.get((i + 1) % names.size()),
              types.stream().mapToInt(Integer::intValue).toArray()));
    }
    List<Record> all = new ArrayList<>();
    zone.forEach(
        (name, byType) ->
            byType.forEach(
                (type, set) -> {
                  all.addAll(set.rrs());
                  if (type != Type.NS) { // whose they are is the other zone's to say
                    all.add(signature(set));
                  }
                }));
    return all;
  }

  private Record signature(RRset set) {
    try {
      return DNSSEC.sign(set, key, pair.getPrivate(), from, from.plus(Duration.ofDays(1)));
    } catch (DNSSEC.DNSSECException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void add(Map<Name, Map<Integer, RRset>> zone, Record record) {
    zone.computeIfAbsent(record.getName(), name -> new TreeMap<>())
        .computeIfAbsent(record.getType(), type -> new RRset())
        .addRR(record);
  }

  static Record parsed(String line) {
    try (Master zone = new Master(new ByteArrayInputStream(line.getBytes(US_ASCII)), Name.root)) {
      return zone.nextRecord();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
