/** Who may send what where: address classes, mynetworks, restrictions, relay policy. */
package org.postroom.core.policy;
