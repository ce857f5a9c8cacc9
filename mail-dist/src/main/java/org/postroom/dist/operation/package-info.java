/** What a server can be asked to do: each operation a row with a typed question and answer. */
package org.postroom.dist.operation;
