/**
 * Look-up tables and match lists: what an administrator's files say of a key.
 *
 * <p>{@link org.postroom.core.table.Tables} opens {@code type:name}; {@link
 * org.postroom.core.table.TableKeys} says which keys are asked for, and in which order. {@code
 * TableTypes} has one row for each type.
 */
package org.postroom.core.table;
