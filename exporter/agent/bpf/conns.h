/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is known of one socket: kept with it, and gone with it. */
#pragma once

#include "addresses.h"
#include "control.h"

enum stage {
	NEW,       /* nothing */
	LISTENING, /* a listener; or a connection that comes through it */
	ASKING,    /* has asked and not been answered */
	FOUND,     /* was there before this program, and has not been counted yet */
	SETTLED,   /* its key is complete, it has been counted */
};

enum { NOT_COUNTED, OPEN, OVER };

struct conn {
	struct edge_key key;
	__u64 asked; /* ns since boot; UDP: it has asked */
	__u64 transmitted;
	__u64 received;
	__u64 retransmits;
	__u32 stage;
	__u32 open;
	__u32 walk;  /* the last that met it */
	__u8 old;    /* UDP: was there before this program */
	__u8 served; /* UDP: someone asked it */
	__u8 group;  /* UDP: it has asked many at once, so anyone may answer */
	__u8 repeat; /* UDP: its connection has been counted before, as a conversation */
	__u32 seen;  /* UDP: walks that met it connected */
	__u16 local_port;
	__u16 peer_port;
	__u8 counted; /* as opened */
	__u8 traced;
	__u8 pad[6];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct conn);
} musubi_conns SEC(".maps");

/* Of a `struct sock`, or of the `struct bpf_sock` that cgroup programs get. */
static __always_inline struct conn *storage_of(void *sk)
{
	return bpf_sk_storage_get(&musubi_conns, sk, NULL, 0);
}

/* Makes it where there is none, from what is given or of zeros. */
static __always_inline struct conn *create_storage(void *sk, struct conn *initial)
{
	struct conn *conn = bpf_sk_storage_get(&musubi_conns, sk, initial, BPF_SK_STORAGE_GET_F_CREATE);

	if (!conn)
		count_lost();
	return conn;
}

/* Fills in what the socket itself tells: both ends, its namespace and the destination's port. */
static __always_inline void put_ends(struct edge_key *key, struct sock *sk)
{
	struct sock_common *common = &sk->__sk_common;

	if (common->skc_family == AF_INET6) {
		put_ipv6(&key->local, &common->skc_v6_rcv_saddr);
		put_ipv6(&key->remote, &common->skc_v6_daddr);
	} else {
		put_ipv4(&key->local, common->skc_rcv_saddr);
		put_ipv4(&key->remote, common->skc_daddr);
	}
	key->netns = common->skc_net.net->ns.inum;
	key->port = key->direction == ASKED ? bpf_ntohs(common->skc_dport) : common->skc_num;
}

static __always_inline void put_ports(struct conn *conn, struct sock *sk)
{
	conn->local_port = sk->__sk_common.skc_num;
	conn->peer_port = bpf_ntohs(sk->__sk_common.skc_dport);
}
