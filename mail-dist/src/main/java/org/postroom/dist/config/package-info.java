/** What configuration says about the server as a whole: listeners, storage, keys. */
package org.postroom.dist.config;
