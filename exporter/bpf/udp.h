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
	struct conn *conn = bpf_sk_storage_get(&musubi_conns, sk, NULL, 0);

	if (conn)
		return conn;
	conn = bpf_sk_storage_get(&musubi_conns, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!conn) {
		count_health(1, 0);
		return NULL;
	}
	conn->old = !control || !control->seeded;
	conn->key.transport = IPPROTO_UDP;
	return conn;
}

/* The verifier lets a program of each family read its own family's address only. */
static __always_inline void put_peer(struct address *to, struct bpf_sock_addr *ctx, int family)
{
	if (family == AF_INET6) {
		to->word[0] = ctx->user_ip6[0];
		to->word[1] = ctx->user_ip6[1];
		to->word[2] = ctx->user_ip6[2];
		to->word[3] = ctx->user_ip6[3];
	} else {
		put_ipv4(to, ctx->user_ip4);
	}
}
