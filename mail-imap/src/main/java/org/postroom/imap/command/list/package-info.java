/** LIST, LSUB and XLIST: options, patterns and the tree of names. */
package org.postroom.imap.command.list;
