/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* State of one socket, in socket storage: the kernel frees it together with the socket. */
#pragma once

#include "addresses.h"
#include "control.h"

enum stage {
	NEW,         /* no state yet */
	LISTENING,   /* a listener, or a connection accepted through it */
	CONNECTING,  /* connect() was called, not established yet */
	PREEXISTING, /* opened before this program was loaded, not counted yet */
	RECORDED,    /* its key is complete and it is counted on an edge */
};

enum { NOT_COUNTED, OPEN, CLOSED };

struct conn {
	struct edge_key key;
	/* ns since boot; 0: it has not initiated anything. Of an accepted TCP connection, the address of its listener.
	 */
	__u64 initiated_at;
	__u64 transmitted;
	__u64 received;
	__u64 retransmits;
	__u32 stage;
	__u32 open;
	__u32 scan;         /* last scan that saw it */
	__u8 preexisting;   /* UDP: opened before this program was loaded */
	__u8 served;        /* UDP: a peer has initiated a conversation with it */
	__u8 sent_to_group; /* UDP: it has sent to a multicast or broadcast address, so any host may reply */
	__u8 is_repeat;     /* UDP: already counted as a conversation */
	__u32 scans;        /* number of scans that saw it connected */
	__u16 local_port;
	__u16 peer_port;
	__u32 trace; /* number of its trace as open; 0: none */
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct conn);
} musubi_conns SEC(".maps");

/* `sk` is a `struct sock`, or the `struct bpf_sock` that cgroup programs receive. */
static __always_inline struct conn *storage_of(void *sk)
{
	return bpf_sk_storage_get(&musubi_conns, sk, NULL, 0);
}

/* Creates it if it does not exist, with the given initial value or zeroed. */
static __always_inline struct conn *create_storage(void *sk, struct conn *initial)
{
	struct conn *conn = bpf_sk_storage_get(&musubi_conns, sk, initial, BPF_SK_STORAGE_GET_F_CREATE);

	if (!conn)
		count_lost();
	return conn;
}

/* Fills in what can be read from the socket: both endpoints, the network namespace and the destination port. */
static __always_inline void put_endpoints(struct edge_key *key, struct sock *sk)
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
	key->port = key->direction == OUTBOUND ? bpf_ntohs(common->skc_dport) : common->skc_num;
}

static __always_inline void put_ports(struct conn *conn, struct sock *sk)
{
	conn->local_port = sk->__sk_common.skc_num;
	conn->peer_port = bpf_ntohs(sk->__sk_common.skc_dport);
}
