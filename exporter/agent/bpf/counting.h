/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Counts a connection on the edge it belongs to. Socket events and the scan may run concurrently on several CPUs:
 * whichever replaces the old value atomically does the counting.
 */
#pragma once

#include "conns.h"
#include "edges.h"
#include "traces.h"

static __always_inline void count_setup(struct edge *edge, __u64 initiated_at)
{
	__u64 time = bpf_ktime_get_ns() - initiated_at;
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

static __always_inline void count_open(struct conn *conn, struct edge *edge)
{
	if (__sync_val_compare_and_swap(&conn->open, NOT_COUNTED, OPEN) == NOT_COUNTED)
		__sync_fetch_and_add(&edge->open, 1);
	else
		trace_closed(conn); /* It closed in the meantime, before it had a trace. */
}

static __always_inline void count_closed(struct conn *conn)
{
	struct edge *edge;

	/* A concurrent count_open on another CPU then finds it closed. */
	if (conn->open == CLOSED || __sync_lock_test_and_set(&conn->open, CLOSED) != OPEN)
		return;
	edge = edge_of(&conn->key);
	if (!edge)
		return;
	trace_closed(conn);
	__sync_fetch_and_add(&edge->open, -1);
}

/* Counts a connection that was opened after this program was loaded. */
static __always_inline struct edge *record_conn(struct conn *conn, struct sock *sk, __u32 pid)
{
	__u32 stage = conn->stage;
	struct edge *edge;

	if (__sync_val_compare_and_swap(&conn->stage, stage, RECORDED) != stage)
		return NULL;
	conn->key.direction = stage == LISTENING ? INBOUND : OUTBOUND;
	if (!conn->key.pid)
		conn->key.pid = pid;
	put_endpoints(&conn->key, sk);
	put_ports(conn, sk);
	edge = edge_of(&conn->key);
	if (!edge)
		return NULL;
	note_hooks(sk);
	trace_open(conn, true);
	__sync_fetch_and_add(&edge->opened, 1);
	count_open(conn, edge);
	return edge;
}

static __always_inline void add_increase(__u64 *total, __u64 *counted, __u64 now)
{
	__u64 before;

	if (now == *counted)
		return;
	before = __sync_lock_test_and_set(counted, now);
	/* Two CPUs may get here in either order. */
	if (now > before)
		__sync_fetch_and_add(total, now - before);
}

/* tcp_rcv_nxt_update counts a FIN as a received byte (net/ipv4/tcp_input.c); tcp_fin sets SOCK_DONE. */
static __always_inline __u64 received_payload(struct sock *sk, struct tcp_sock *tcp)
{
	__u64 received = tcp->bytes_received;

	return received && sk->__sk_common.skc_flags & (1 << SOCK_DONE) ? received - 1 : received;
}

/*
 * A scan may have counted a FIN as a byte before SOCK_DONE was set. The value at close is correct. User space ignores a
 * decrease and continues from the previous value.
 */
static __always_inline void correct_received(struct edge *edge, struct conn *conn, __u64 received)
{
	__u64 before = conn->received;

	if (received < before && __sync_val_compare_and_swap(&conn->received, before, received) == before)
		__sync_fetch_and_add(&edge->received, received - before);
}

static __always_inline void count_traffic(struct edge *edge, struct conn *conn, struct sock *sk, struct tcp_sock *tcp)
{
	add_increase(&edge->transmitted, &conn->transmitted, tcp->bytes_sent - tcp->bytes_retrans);
	add_increase(&edge->received, &conn->received, received_payload(sk, tcp));
	add_increase(&edge->retransmits, &conn->retransmits, tcp->total_retrans);
}

static __always_inline bool has_new_traffic(struct conn *conn, struct sock *sk, struct tcp_sock *tcp)
{
	return conn->transmitted != tcp->bytes_sent - tcp->bytes_retrans ||
	       conn->received != received_payload(sk, tcp) || conn->retransmits != tcp->total_retrans;
}
