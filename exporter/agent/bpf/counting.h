/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Enters a connection on the record of its dependency. Its events and the walk may come at once, on several CPUs:
 * whoever exchanges the old value for the new is the one to count it.
 */
#pragma once

#include "conns.h"
#include "edges.h"
#include "traces.h"

static __always_inline void count_setup(struct edge *edge, __u64 asked)
{
	__u64 time = bpf_ktime_get_ns() - asked;
	__u32 bucket = time <= 1000000ull      ? 0
		       : time <= 5000000ull    ? 1
		       : time <= 25000000ull   ? 2
		       : time <= 100000000ull  ? 3
		       : time <= 500000000ull  ? 4
		       : time <= 1500000000ull ? 5
		       : time <= 3500000000ull ? 6
					       : 7;

	__sync_fetch_and_add(&edge->setup_sum, time);
	__sync_fetch_and_add(&edge->setup[bucket], 1);
}

static __always_inline void enter(struct conn *conn, struct edge *edge)
{
	if (__sync_val_compare_and_swap(&conn->open, NOT_COUNTED, OPEN) == NOT_COUNTED)
		__sync_fetch_and_add(&edge->open, 1);
}

static __always_inline void leave(struct conn *conn)
{
	struct edge *edge;

	/* Whoever enters it too late, on another CPU, finds it over. */
	if (conn->open == OVER || __sync_lock_test_and_set(&conn->open, OVER) != OPEN)
		return;
	edge = edge_of(&conn->key);
	if (edge)
		__sync_fetch_and_add(&edge->open, -1);
}

/* Enters a connection opened since this program began. */
static __always_inline struct edge *settle(struct conn *conn, struct sock *sk, __u32 pid)
{
	__u32 stage = conn->stage;
	struct edge *edge;

	if (__sync_val_compare_and_swap(&conn->stage, stage, SETTLED) != stage)
		return NULL;
	conn->key.direction = stage == LISTENING ? SERVED : ASKED;
	if (!conn->key.pid)
		conn->key.pid = pid;
	put_ends(&conn->key, sk);
	put_ports(conn, sk);
	edge = edge_of(&conn->key);
	if (!edge)
		return NULL;
	__sync_fetch_and_add(&edge->opened, 1);
	enter(conn, edge);
	conn->counted = 1;
	trace_conn(conn, TRACE_OPEN, 0);
	return edge;
}

static __always_inline void grow(__u64 *total, __u64 *entered, __u64 now)
{
	__u64 before;

	if (now == *entered)
		return;
	before = __sync_lock_test_and_set(entered, now);
	/* Two CPUs may get here in either order. */
	if (now > before)
		__sync_fetch_and_add(total, now - before);
}

/* A FIN counts as a byte received (net/ipv4/tcp_input.c, tcp_rcv_nxt_update); it sets SOCK_DONE (tcp_fin). */
static __always_inline __u64 received_payload(struct sock *sk, struct tcp_sock *tcp)
{
	__u64 received = tcp->bytes_received;

	return received && sk->__sk_common.skc_flags & (1 << SOCK_DONE) ? received - 1 : received;
}

/*
 * A walk may have counted a FIN as a byte, before the kernel told that it was one. The end knows better; user space
 * does not count what goes back, and counts on from where it had been.
 */
static __always_inline void correct_received(struct edge *edge, struct conn *conn, __u64 received)
{
	__u64 before = conn->received;

	if (received < before && __sync_val_compare_and_swap(&conn->received, before, received) == before)
		__sync_fetch_and_add(&edge->received, received - before);
}

static __always_inline void enter_traffic(struct edge *edge, struct conn *conn, struct sock *sk, struct tcp_sock *tcp)
{
	grow(&edge->transmitted, &conn->transmitted, tcp->bytes_sent - tcp->bytes_retrans);
	grow(&edge->received, &conn->received, received_payload(sk, tcp));
	grow(&edge->retransmits, &conn->retransmits, tcp->total_retrans);
}

static __always_inline bool has_traffic(struct conn *conn, struct sock *sk, struct tcp_sock *tcp)
{
	return conn->transmitted != tcp->bytes_sent - tcp->bytes_retrans ||
	       conn->received != received_payload(sk, tcp) || conn->retransmits != tcp->total_retrans;
}
