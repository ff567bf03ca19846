/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* UDP without a fixed peer: whoever speaks first asks. */
#pragma once

#include "edges.h"
#include "processes.h"
#include "traces.h"
#include "udp.h"

/* As long as no one has spoken for this time, whoever speaks next asks anew. */
#define SILENCE_NS (180 * SECOND_NS)

struct talk_key {
	__u64 socket; /* its cookie; 0 for any of those on this port */
	__u32 netns;
	__u16 port;
	__u16 peer_port;
	struct address peer;
};

struct talk {
	__u64 last; /* ns since boot, to the second */
	__u32 direction;
	__u32 pad;
};

enum { TALKS = 32768 };

/*
 * Who began each conversation of unconnected sockets: once for the socket, which counts it, and once for its port,
 * as the answer may leave by another socket than the one that heard the question.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TALKS);
	__type(key, struct talk_key);
	__type(value, struct talk);
} musubi_talks SEC(".maps");

/* How many began in this and the last stretch of SILENCE_NS: whether the table may have forgotten live ones. */
struct pressure {
	__u64 since;
	__u64 now;
	__u64 before;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pressure);
} musubi_pressure SEC(".maps");

static __always_inline bool is_forgetful(__u64 now)
{
	struct pressure *pressure = lookup_first(&musubi_pressure);

	if (!pressure)
		return true;
	if (now - pressure->since > SILENCE_NS) {
		pressure->before = now - pressure->since > 2 * SILENCE_NS ? 0 : pressure->now;
		pressure->now = 0;
		pressure->since = now;
	}
	__sync_fetch_and_add(&pressure->now, 1);
	return pressure->now + pressure->before > TALKS / 4;
}

/*
 * Whether what this socket did before the program saw it may decide: it is older, and what it hears now may be
 * the answer to what it asked then. Answers take less time than this doubt lasts.
 */
static __always_inline bool unsure(struct conn *conn, __u64 now)
{
	struct control *control = lookup_first(&musubi_control);

	return !control || !control->seeded || (conn->old && now < control->sure_after);
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

/* Of any socket on its port. */
static __always_inline void put_talk(struct talk_key *key, struct bpf_sock_addr *ctx, struct bpf_sock *bpf_sk,
				     struct sock *sk, int family)
{
	put_peer(&key->peer, ctx, family);
	key->peer_port = bpf_ntohs(ctx->user_port);
	key->port = bpf_sk->src_port;
	key->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

static __always_inline void put_own(struct address *to, struct bpf_sock *sk, bool ipv4)
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

/* One datagram of an unconnected socket, said to a peer or heard from it: counts the conversations it begins. */
static __always_inline int talk(struct bpf_sock_addr *ctx, int family, bool said)
{
	struct bpf_sock *bpf_sk = ctx->sk;
	struct talk_key talk_key = {}, port_key;
	struct edge_key key = { .transport = IPPROTO_UDP };
	__u64 now = bpf_ktime_get_ns();
	struct talk *known, fresh = {};
	struct conn *conn;
	struct sock *sk;
	struct edge *edge;
	bool chosen, group, forgetful;

	if (ctx->protocol != IPPROTO_UDP || !bpf_sk)
		return 1;
	sk = kernel_view(bpf_sk);
	put_talk(&talk_key, ctx, bpf_sk, sk, family);
	talk_key.socket = bpf_get_socket_cookie(ctx);

	known = bpf_map_lookup_elem(&musubi_talks, &talk_key);
	if (known && now - known->last < SILENCE_NS) {
		if (now - known->last > SECOND_NS)
			known->last = now;
		return 1;
	}
	/* A connected socket is counted as such. */
	if (bpf_sk->state == TCP_ESTABLISHED)
		return 1;
	conn = udp_conn(bpf_sk);
	if (!conn)
		return 1;

	chosen = has_chosen_port(sk);
	forgetful = is_forgetful(now);
	group = is_group(&talk_key.peer) || (said && BPF_CORE_READ(sk, __sk_common.skc_flags) & (1 << SOCK_BROADCAST));
	if (said && group)
		conn->group = 1;
	port_key = talk_key;
	port_key.socket = 0;
	known = bpf_map_lookup_elem(&musubi_talks, &port_key);
	if (known && now - known->last < SILENCE_NS)
		key.direction = known->direction;
	else if (said)
		key.direction = chosen && (unsure(conn, now) || (forgetful && conn->served)) ? UNKNOWN : ASKED;
	else if (conn->group || unsure(conn, now) || (forgetful && conn->asked))
		key.direction = UNKNOWN;
	else
		key.direction = SERVED;
	/*
	 * A socket whose port the kernel chose hears answers; from another port than it asked, as well (TFTP). It
	 * serves where it has never asked and someone found it all the same.
	 */
	if (!chosen && (key.direction == UNKNOWN || (key.direction == SERVED && conn->asked)))
		return 1;
	if (key.direction == SERVED)
		conn->served = 1;
	else if (key.direction == ASKED)
		conn->asked = now;

	fresh.last = now;
	fresh.direction = key.direction;
	bpf_map_update_elem(&musubi_talks, &talk_key, &fresh, BPF_ANY);
	bpf_map_update_elem(&musubi_talks, &port_key, &fresh, BPF_ANY);
	/* An answer, by another socket than the question's: it has been counted there. */
	if (key.direction == (said ? SERVED : ASKED))
		return 1;

	key.remote = talk_key.peer;
	put_own(&key.local, bpf_sk, is_ipv4(&key.remote));
	key.netns = talk_key.netns;
	put_process(&key);
	key.port = key.direction == ASKED ? talk_key.peer_port : talk_key.port;
	edge = edge_of(&key);
	if (edge)
		__sync_fetch_and_add(&edge->opened, 1);
	if (is_tracing()) {
		struct trace trace = { .state = TRACE_OVER, .counted = 1 };

		leave_trace(&key, talk_key.port, talk_key.peer_port, &trace);
	}
	return 1;
}
