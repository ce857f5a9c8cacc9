package org.postroom.core.wire;

/**
 * What a connection is made of below its turns: each with what it owns, knowing only those that
 * stand before it here.
 *
 * @param patience deadline and hold
 * @param link whether it stands, and in which directions
 * @param input what has come and has not been read
 * @param agenda what the session is asked to do
 * @param unsent what was sent and lies here
 * @param output what a turn writes
 * @param charge what it holds as long as nobody knows its client
 * @param handshake TLS
 */
record Parts(
    Patience patience,
    Link link,
    NettyInput input,
    Agenda agenda,
    Unsent unsent,
    NettyOutput output,
    StrangerCharge charge,
    Handshake handshake) {}
