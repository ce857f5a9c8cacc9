/** Replies, paths, ESMTP parameters, dot-stuffing: shared by server and client. */
package org.postroom.smtp.protocol;
