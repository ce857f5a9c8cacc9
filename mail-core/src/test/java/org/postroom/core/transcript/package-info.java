/** Conversations written down as text, and the runner that holds a server to them. */
package org.postroom.core.transcript;
