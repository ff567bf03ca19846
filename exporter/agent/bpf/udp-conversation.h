/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Unconnected UDP sockets: the first datagram of a conversation decides its direction. */
#pragma once

#include "edges.h"
#include "processes.h"
#include "traces.h"
#include "udp.h"

/* After this time without a datagram, the next one starts a new conversation. */
#define CONVERSATION_TIMEOUT_NS (180 * SECOND_NS)

struct conversation_key {
	__u64 socket; /* socket cookie; 0: any socket on this port */
	__u32 netns;
	__u16 port;
	__u16 peer_port;
	struct address peer;
};

struct conversation {
	__u64 last; /* ns since boot, to the second */
	__u32 direction;
	__u32 has_sent; /* whether this end has sent anything in it */
};

enum { CONVERSATIONS = 32768 };

/*
 * Direction of each conversation of unconnected sockets. Stored per socket, which counts the conversation, and per
 * port, because a reply may leave through another socket than the request arrived at.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CONVERSATIONS);
	__type(key, struct conversation_key);
	__type(value, struct conversation);
} musubi_conversations SEC(".maps");

/*
 * Conversations started in the current and the previous CONVERSATION_TIMEOUT_NS. With many of them, the LRU table may
 * have evicted live ones.
 */
struct conversation_rate {
	__u64 since;
	__u64 now;
	__u64 before;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct conversation_rate);
} musubi_conversation_rate SEC(".maps");

static __always_inline bool may_have_evicted(__u64 now)
{
	struct conversation_rate *rate = lookup_first(&musubi_conversation_rate);

	if (!rate)
		return true;
	if (now - rate->since > CONVERSATION_TIMEOUT_NS) {
		rate->before = now - rate->since > 2 * CONVERSATION_TIMEOUT_NS ? 0 : rate->now;
		rate->now = 0;
		rate->since = now;
	}
	__sync_fetch_and_add(&rate->now, 1);
	return rate->now + rate->before > CONVERSATIONS / 4;
}

/*
 * The socket predates this program, so a datagram it receives now may be the reply to a request that was not seen.
 * Replies arrive before `uncertain_until`.
 */
static __always_inline bool is_direction_uncertain(struct conn *conn, __u64 now)
{
	struct control *control = lookup_first(&musubi_control);

	return !control || !control->seeded || (conn->preexisting && now < control->uncertain_until);
}

/* The verifier allows each program to read the address of its own family only. */
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

/* The key for any socket on the port. */
static __always_inline void put_conversation_key(struct conversation_key *key, struct bpf_sock_addr *ctx,
						 struct bpf_sock *bpf_sk, struct sock *sk, int family)
{
	put_peer(&key->peer, ctx, family);
	key->peer_port = bpf_ntohs(ctx->user_port);
	key->port = bpf_sk->src_port;
	key->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

static __always_inline void put_local(struct address *to, struct bpf_sock *sk, bool ipv4)
{
	if (sk->family == AF_INET6) {
		to->word[0] = sk->src_ip6[0];
		to->word[1] = sk->src_ip6[1];
		to->word[2] = sk->src_ip6[2];
		to->word[3] = sk->src_ip6[3];
		if (ipv4 && is_any(to))
			put_ipv4(to, 0);
	} else {
		put_ipv4(to, sk->src_ip4);
	}
}

static __always_inline bool is_live(const struct conversation *known, __u64 now)
{
	return known && now - known->last < CONVERSATION_TIMEOUT_NS;
}

static __always_inline void refresh(struct conversation *known, __u64 now)
{
	if (now - known->last > SECOND_NS)
		known->last = now;
}

/*
 * A conversation of unknown direction in which this end only receives, on a port that its process chose: what arrives
 * after all responses to earlier requests must have arrived is a request.
 */
static __always_inline bool is_one_way(const struct conversation *on_port, struct conn *conn, struct sock *sk,
				       __u64 now)
{
	return on_port && !on_port->has_sent && !conn->sent_to_group && has_bound_port(sk) &&
	       !is_direction_uncertain(conn, now);
}

/*
 * The peer is another socket of this network namespace, and has sent a request from a port that the kernel chose for
 * it. Between two sockets of one namespace, both addresses are the same.
 */
static __always_inline bool is_local_request(const struct conversation_key *key)
{
	struct conversation_key mirrored = {
		.netns = key->netns,
		.port = key->peer_port,
		.peer_port = key->port,
		.peer = key->peer,
	};
	struct conversation *known = bpf_map_lookup_elem(&musubi_conversations, &mirrored);

	return known && known->direction == OUTBOUND;
}

/*
 * Stores a conversation. False if it has been stored meanwhile: another datagram of it is handled on another CPU, and
 * only one of them is the first.
 */
static __always_inline bool begin_conversation(const struct conversation_key *key, struct conversation *former,
					       __u64 former_last, const struct conversation *fresh)
{
	if (!former)
		return bpf_map_update_elem(&musubi_conversations, key, fresh, BPF_NOEXIST) != -EEXIST;
	if (__sync_val_compare_and_swap(&former->last, former_last, fresh->last) != former_last)
		return false;
	former->direction = fresh->direction;
	former->has_sent = fresh->has_sent;
	return true;
}

/* One datagram that an unconnected socket sends or receives. Counts the conversation it starts. */
static __always_inline int udp_conversation(struct bpf_sock_addr *ctx, int family, bool sent)
{
	struct bpf_sock *bpf_sk = ctx->sk;
	struct conversation_key conversation_key = {}, port_key;
	struct edge_key key = { .transport = IPPROTO_UDP };
	struct conversation *former, *on_port, fresh = { .has_sent = sent };
	__u64 now = bpf_ktime_get_ns(), former_last = 0;
	struct conn *conn;
	struct sock *sk;
	struct edge *edge;
	bool bound, is_to_group, evicting, is_known;

	if (ctx->protocol != IPPROTO_UDP || !bpf_sk)
		return 1;
	sk = kernel_view(bpf_sk);
	put_conversation_key(&conversation_key, ctx, bpf_sk, sk, family);
	conversation_key.socket = bpf_get_socket_cookie(ctx);

	former = bpf_map_lookup_elem(&musubi_conversations, &conversation_key);
	is_known = is_live(former, now);
	if (former) {
		former_last = former->last;
		if (sent && !former->has_sent)
			former->has_sent = 1;
		if (is_known && (former->direction != UNKNOWN || former->has_sent)) {
			refresh(former, now);
			return 1;
		}
	}
	/* Connected sockets are counted in udp-connect.h. */
	if (bpf_sk->state == TCP_ESTABLISHED)
		return 1;
	conn = udp_storage(bpf_sk);
	if (!conn)
		return 1;

	port_key = conversation_key;
	port_key.socket = 0;
	on_port = bpf_map_lookup_elem(&musubi_conversations, &port_key);
	if (former && is_known && !is_one_way(on_port, conn, sk, now)) {
		refresh(former, now);
		return 1;
	}
	bound = has_bound_port(sk);
	evicting = may_have_evicted(now);
	is_to_group = is_group(&conversation_key.peer) ||
		      (sent && BPF_CORE_READ(sk, __sk_common.skc_flags) & (1 << SOCK_BROADCAST));
	if (sent && is_to_group)
		conn->sent_to_group = 1;
	if (is_known) {
		key.direction = INBOUND;
	} else if (is_live(on_port, now)) {
		key.direction = on_port->direction;
		fresh.has_sent |= on_port->has_sent;
	} else if (sent) {
		key.direction =
			bound && (is_direction_uncertain(conn, now) || (evicting && conn->served)) ? UNKNOWN : OUTBOUND;
	} else if ((conn->sent_to_group || is_direction_uncertain(conn, now) || (evicting && conn->initiated_at)) &&
		   !is_local_request(&port_key)) {
		key.direction = UNKNOWN;
	} else {
		key.direction = INBOUND;
	}
	/*
	 * A socket with an ephemeral port receives replies, possibly from another port than it sent to (TFTP). It is a
	 * server only if it has never sent a request and was reached nevertheless.
	 */
	if (!bound && (key.direction == UNKNOWN || (key.direction == INBOUND && conn->initiated_at)))
		return 1;
	if (key.direction == INBOUND)
		conn->served = 1;
	else if (key.direction == OUTBOUND)
		conn->initiated_at = now;

	fresh.last = now;
	fresh.direction = key.direction;
	if (!begin_conversation(&conversation_key, former, former_last, &fresh))
		return 1;
	bpf_map_update_elem(&musubi_conversations, &port_key, &fresh, BPF_ANY);
	/* A reply through another socket than the request, which has already been counted. */
	if (key.direction == (sent ? INBOUND : OUTBOUND))
		return 1;

	key.remote = conversation_key.peer;
	put_local(&key.local, bpf_sk, is_ipv4(&key.remote));
	key.netns = conversation_key.netns;
	put_current_process(&key);
	key.port = key.direction == OUTBOUND ? conversation_key.peer_port : conversation_key.port;
	edge = edge_of(&key);
	if (!edge)
		return 1;
	trace_begun(&key, conversation_key.port, conversation_key.peer_port, TRACE_CONVERSATION, 0, true);
	__sync_fetch_and_add(&edge->opened, 1);
	return 1;
}
