package org.postroom.core.wire;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.memory.MemoryBudget;

/**
 * How a wire works.
 *
 * @param eventLoops threads that move octets between sockets and sessions
 * @param grace how long {@link Wire#close} waits for running turns before it cuts
 * @param family which addresses are listened to
 * @param nativeTransport whether epoll is used where its native is present
 * @param strangers what clients may have of it before they are known
 * @param unsent what may lie unread of the answers to those that are known, beyond a little for
 *     each; who gets nothing of it is answered in smaller steps
 * @param ear hears all that is said
 * @param meddler comes between clients and sessions
 */
public record WireOptions(
    int eventLoops,
    Duration grace,
    AddressFamily family,
    boolean nativeTransport,
    StrangerLimits strangers,
    MemoryBudget unsent,
    Optional<Ear> ear,
    Optional<Meddler> meddler) {

  public WireOptions {
    if (eventLoops < 1) {
      throw new IllegalArgumentException("A wire needs an event loop: " + eventLoops);
    }
  }

  /**
   * One event loop for two processors, ten seconds of grace, natives where present, no limits for
   * strangers and answers.
   */
  public static WireOptions defaults() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new WireOptions(
        Math.max(1, processors / 2),
        Duration.ofSeconds(10),
        AddressFamily.ANY,
        true,
        StrangerLimits.none(),
        new MemoryBudget(Long.MAX_VALUE),
        Optional.empty(),
        Optional.empty());
  }

  /** The same with another grace period. */
  public WireOptions withGrace(Duration other) {
    return new WireOptions(
        eventLoops, other, family, nativeTransport, strangers, unsent, ear, meddler);
  }

  /** The same with listeners for one family of addresses. */
  public WireOptions withFamily(AddressFamily other) {
    return new WireOptions(
        eventLoops, grace, other, nativeTransport, strangers, unsent, ear, meddler);
  }

  /** The same without natives, or with them. */
  public WireOptions withNativeTransport(boolean other) {
    return new WireOptions(eventLoops, grace, family, other, strangers, unsent, ear, meddler);
  }

  /** The same with limits for strangers. */
  public WireOptions withStrangers(StrangerLimits other) {
    return new WireOptions(eventLoops, grace, family, nativeTransport, other, unsent, ear, meddler);
  }

  /** The same with another bound for answers. */
  public WireOptions withUnsent(MemoryBudget other) {
    return new WireOptions(
        eventLoops, grace, family, nativeTransport, strangers, other, ear, meddler);
  }

  /** The same, overheard, or by nobody. */
  public WireOptions withEar(@Nullable Ear other) {
    return new WireOptions(
        eventLoops,
        grace,
        family,
        nativeTransport,
        strangers,
        unsent,
        Optional.ofNullable(other),
        meddler);
  }

  /** The same with somebody between clients and sessions, or with nobody. */
  public WireOptions withMeddler(Optional<Meddler> other) {
    return new WireOptions(
        eventLoops, grace, family, nativeTransport, strangers, unsent, ear, other);
  }
}
