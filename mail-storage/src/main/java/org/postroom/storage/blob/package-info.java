/**
 * Message bytes and durability: the data folder, its one redo journal, the journal's file system
 * for H2 and the blob log.
 */
package org.postroom.storage.blob;
