/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Connected UDP sockets. */
#pragma once

#include "counting.h"
#include "processes.h"
#include "udp-conversation.h"

/*
 * A process that uses a new port for each request to the same peer, as resolvers do for unpredictable source ports (RFC
 * 5452, 9.2), is a client: no peer could reach it on a port that keeps changing.
 */
struct client_key {
	struct address peer;
	__u32 netns;
	__u32 pid;
	__u32 image;
	__u16 peer_port;
	__u16 pad;
};

struct client {
	__u16 port; /* first port seen */
	__u8 changes_port;
	__u8 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct client_key);
	__type(value, struct client);
} musubi_udp_clients SEC(".maps");

/* `key` supplies only the process and its image; its remote endpoint might not be set yet. */
static __always_inline void put_client(struct client_key *to, const struct edge_key *key, __u32 netns,
				       const struct address *peer, __u16 peer_port)
{
	to->peer = *peer;
	to->netns = netns;
	to->pid = key->pid;
	to->image = key->image;
	to->peer_port = peer_port;
}

static __always_inline void note_client(const struct conversation_key *conversation, const struct edge_key *key)
{
	struct client_key client_key = {};
	struct client fresh = { .port = conversation->port }, *known;

	put_client(&client_key, key, conversation->netns, &conversation->peer, conversation->peer_port);
	known = bpf_map_lookup_elem(&musubi_udp_clients, &client_key);
	if (!known)
		bpf_map_update_elem(&musubi_udp_clients, &client_key, &fresh, BPF_NOEXIST);
	else if (known->port != conversation->port)
		known->changes_port = 1;
}

static __always_inline bool changes_port(const struct edge_key *key, __u16 peer_port)
{
	struct client_key client_key = {};
	struct client *known;

	put_client(&client_key, key, key->netns, &key->remote, peer_port);
	known = bpf_map_lookup_elem(&musubi_udp_clients, &client_key);
	return known && known->changes_port;
}

/*
 * connect() on a UDP socket sends nothing: resolvers use it to find the source address the kernel would choose. So only
 * the process is recorded here. The connection counts once a datagram was received or two scans have seen it.
 */
static __always_inline int on_udp_connect(struct bpf_sock_addr *ctx, int family)
{
	struct bpf_sock *bpf_sk = ctx->sk;
	struct conversation_key conversation_key = {};
	struct conn *conn, fresh = { .stage = CONNECTING };
	struct conversation *known;
	struct sock *sk;

	if (ctx->protocol != IPPROTO_UDP || !bpf_sk)
		return 1;
	conn = udp_storage(bpf_sk);
	if (!conn)
		return 1;
	count_closed(conn);
	sk = kernel_view(bpf_sk);
	fresh.preexisting = conn->preexisting;
	fresh.initiated_at = conn->initiated_at;
	fresh.served = conn->served;
	fresh.sent_to_group = conn->sent_to_group;
	fresh.key.transport = IPPROTO_UDP;
	fresh.key.direction = OUTBOUND;
	put_current_process(&fresh.key);
	if (has_bound_port(sk)) {
		put_conversation_key(&conversation_key, ctx, bpf_sk, sk, family);
		known = bpf_map_lookup_elem(&musubi_conversations, &conversation_key);
		fresh.key.direction = known ? known->direction : UNKNOWN;
		fresh.is_repeat = !!known;
		if (!known)
			note_client(&conversation_key, &fresh.key);
	}
	*conn = fresh;
	return 1;
}

/* The CPU that delivered a datagram while the socket was connected (net/ipv4/udp.c); -1 before the first. */
static __always_inline bool has_received(struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_incoming_cpu) != -1;
}

static __always_inline void put_endpoints_probed(struct edge_key *key, struct sock *sk)
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
		key->direction = OUTBOUND;
	key->port = key->direction == OUTBOUND ? peer_port : BPF_CORE_READ(sk, __sk_common.skc_num);
	key->peer_port = key->direction == UNKNOWN ? peer_port : 0;
}

static __always_inline struct edge *record_udp(struct conn *conn, struct sock *sk)
{
	struct edge *edge;
	__u32 stage = conn->stage;
	bool is_new;

	if (__sync_val_compare_and_swap(&conn->stage, stage, RECORDED) != stage)
		return NULL;
	put_endpoints_probed(&conn->key, sk);
	conn->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	conn->peer_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	edge = edge_of(&conn->key);
	if (!edge)
		return NULL;
	is_new = stage == CONNECTING && !conn->is_repeat;
	trace_open(conn, is_new);
	if (is_new)
		__sync_fetch_and_add(&edge->opened, 1);
	return edge;
}

static __always_inline int on_udp_release(struct bpf_sock *ctx)
{
	struct conn *conn;
	struct edge *edge;
	struct sock *sk;

	if (ctx->protocol != IPPROTO_UDP)
		return 1;
	conn = storage_of(ctx);
	if (!conn)
		return 1;
	sk = kernel_view(ctx);
	if (conn->stage == CONNECTING && ctx->state == TCP_ESTABLISHED && has_received(sk)) {
		edge = record_udp(conn, sk);
		if (edge)
			count_open(conn, edge);
	}
	count_closed(conn);
	return 1;
}
