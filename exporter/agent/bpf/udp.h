/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What all UDP sockets have in common. */
#pragma once

#include "conns.h"

/* Whether a process chose the port (bind(2)), as servers do; the kernel chooses for those who just ask. */
static __always_inline bool has_chosen_port(struct sock *sk)
{
	return BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & SOCK_BINDPORT_LOCK;
}

static __always_inline struct conn *udp_conn(void *sk)
{
	struct control *control = lookup_first(&musubi_control);
	struct conn *conn = storage_of(sk);

	if (conn)
		return conn;
	conn = create_storage(sk, NULL);
	if (!conn)
		return NULL;
	conn->old = !control || !control->seeded;
	conn->key.transport = IPPROTO_UDP;
	return conn;
}
