/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Shared by connected and unconnected UDP sockets. */
#pragma once

#include "conns.h"

/* Whether the process chose the port with bind(2), as servers do. The kernel assigns ephemeral ports to clients. */
static __always_inline bool has_bound_port(struct sock *sk)
{
	return BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & SOCK_BINDPORT_LOCK;
}

static __always_inline struct conn *udp_storage(void *sk)
{
	struct control *control = lookup_first(&musubi_control);
	struct conn *conn = storage_of(sk);

	if (conn)
		return conn;
	conn = create_storage(sk, NULL);
	if (!conn)
		return NULL;
	conn->preexisting = !control || !control->seeded;
	conn->key.transport = IPPROTO_UDP;
	return conn;
}
