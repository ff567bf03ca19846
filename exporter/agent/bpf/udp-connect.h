/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* UDP with a fixed peer, which connect(2) sets. */
#pragma once

#include "counting.h"
#include "processes.h"
#include "udp-talk.h"

/*
 * A process that chooses another port for each question it has for one end, as name resolvers do that leave no port to
 * be foreseen (RFC 5452, 9.2), asks: nobody finds it at a port that it changes.
 */
struct asker_key {
	struct address peer;
	__u32 netns;
	__u32 pid;
	__u32 image;
	__u16 peer_port;
	__u16 pad;
};

struct asker {
	__u16 port; /* the first */
	__u8 changes_port;
	__u8 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct asker_key);
	__type(value, struct asker);
} musubi_askers SEC(".maps");

/* The process and image are those of the key, which need not tell the peer yet. */
static __always_inline void put_asker(struct asker_key *to, const struct edge_key *key, __u32 netns,
				      const struct address *peer, __u16 peer_port)
{
	to->peer = *peer;
	to->netns = netns;
	to->pid = key->pid;
	to->image = key->image;
	to->peer_port = peer_port;
}

static __always_inline void note_asker(const struct talk_key *talk, const struct edge_key *key)
{
	struct asker_key asker_key = {};
	struct asker fresh = { .port = talk->port }, *known;

	put_asker(&asker_key, key, talk->netns, &talk->peer, talk->peer_port);
	known = bpf_map_lookup_elem(&musubi_askers, &asker_key);
	if (!known)
		bpf_map_update_elem(&musubi_askers, &asker_key, &fresh, BPF_NOEXIST);
	else if (known->port != talk->port)
		known->changes_port = 1;
}

static __always_inline bool changes_port(const struct edge_key *key, __u16 peer_port)
{
	struct asker_key asker_key = {};
	struct asker *known;

	put_asker(&asker_key, key, key->netns, &key->remote, peer_port);
	known = bpf_map_lookup_elem(&musubi_askers, &asker_key);
	return known && known->changes_port;
}

static __always_inline void leave_udp(struct conn *conn)
{
	leave(conn);
	if (conn->stage == SETTLED)
		trace_conn(conn, TRACE_OVER, 0);
}

/*
 * Connecting a UDP socket sends nothing: resolvers do it to learn which address the kernel would send from. So
 * here is only noted who does; it counts once something has come back, or once two walks have met it.
 */
static __always_inline int udp_connects(struct bpf_sock_addr *ctx, int family)
{
	struct bpf_sock *bpf_sk = ctx->sk;
	struct talk_key talk_key = {};
	struct conn *conn, fresh = { .stage = ASKING };
	struct talk *known;
	struct sock *sk;

	if (ctx->protocol != IPPROTO_UDP || !bpf_sk)
		return 1;
	conn = udp_conn(bpf_sk);
	if (!conn)
		return 1;
	leave_udp(conn);
	sk = kernel_view(bpf_sk);
	fresh.old = conn->old;
	fresh.asked = conn->asked;
	fresh.served = conn->served;
	fresh.group = conn->group;
	fresh.key.transport = IPPROTO_UDP;
	fresh.key.direction = ASKED;
	put_process(&fresh.key);
	if (has_chosen_port(sk)) {
		put_talk(&talk_key, ctx, bpf_sk, sk, family);
		known = bpf_map_lookup_elem(&musubi_talks, &talk_key);
		fresh.key.direction = known ? known->direction : UNKNOWN;
		fresh.repeat = !!known;
		if (!known)
			note_asker(&talk_key, &fresh.key);
	}
	*conn = fresh;
	return 1;
}

/* A socket remembers the CPU that brought it a datagram while connected (net/ipv4/udp.c); -1 before the first. */
static __always_inline bool has_heard(struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_incoming_cpu) != -1;
}

static __always_inline void put_ends_probed(struct edge_key *key, struct sock *sk)
{
	struct in6_addr address;
	__u16 peer_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));

	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6) {
		BPF_CORE_READ_INTO(&address, sk, __sk_common.skc_v6_rcv_saddr);
		__builtin_memcpy(&key->local, &address, sizeof(address));
		BPF_CORE_READ_INTO(&address, sk, __sk_common.skc_v6_daddr);
		__builtin_memcpy(&key->remote, &address, sizeof(address));
	} else {
		put_ipv4(&key->local, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
		put_ipv4(&key->remote, BPF_CORE_READ(sk, __sk_common.skc_daddr));
	}
	key->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	if (key->direction == UNKNOWN && changes_port(key, peer_port))
		key->direction = ASKED;
	key->port = key->direction == ASKED ? peer_port : BPF_CORE_READ(sk, __sk_common.skc_num);
	key->peer_port = key->direction == UNKNOWN ? peer_port : 0;
}

static __always_inline struct edge *settle_udp(struct conn *conn, struct sock *sk)
{
	struct edge *edge;
	__u32 stage = conn->stage;

	if (__sync_val_compare_and_swap(&conn->stage, stage, SETTLED) != stage)
		return NULL;
	put_ends_probed(&conn->key, sk);
	conn->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	conn->peer_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	edge = edge_of(&conn->key);
	if (edge && stage == ASKING && !conn->repeat) {
		__sync_fetch_and_add(&edge->opened, 1);
		conn->counted = 1;
	}
	return edge;
}

static __always_inline int udp_ends(struct bpf_sock *ctx)
{
	struct conn *conn;
	struct sock *sk;

	if (ctx->protocol != IPPROTO_UDP)
		return 1;
	conn = storage_of(ctx);
	if (!conn)
		return 1;
	sk = kernel_view(ctx);
	if (conn->stage == ASKING && ctx->state == TCP_ESTABLISHED && has_heard(sk))
		settle_udp(conn, sk);
	leave_udp(conn);
	return 1;
}
