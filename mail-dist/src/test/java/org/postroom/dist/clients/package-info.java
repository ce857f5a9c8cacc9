/** Mail clients that people have, driven by scripts: what each can do, and that it does it here. */
package org.postroom.dist.clients;
