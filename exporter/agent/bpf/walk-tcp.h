/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* TCP sockets, as the walk meets them: the way by which those older than this program become known. */
#pragma once

#include "counting.h"
#include "listening.h"
#include "walk.h"
#include "young.h"

/*
 * Who asked for a connection older than this program. An accepted socket inherits its listener's backlog; one
 * that asked has none. A listener may have none either (listen(fd, 0)): then the kernel's count of bytes
 * acknowledged tells, which includes the SYN of the one who asked, once nothing is on its way.
 */
static __always_inline enum direction direction_of(struct sock *sk, struct tcp_sock *tcp)
{
	__u64 payload = tcp->bytes_sent - tcp->bytes_retrans;

	if (sk->sk_max_ack_backlog)
		return SERVED;
	return tcp->snd_una == tcp->snd_nxt && tcp->bytes_acked == payload ? SERVED : ASKED;
}

static __always_inline bool is_open(int state)
{
	return state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT;
}

/* Gives the connection once it has moved to its socket. */
static __always_inline struct conn *meet_young(struct young *young, struct sock *sk, int state)
{
	__u64 address = address_of(sk), now = bpf_ktime_get_ns();
	struct conn conn;

	if (!is_open(state) && state != TCP_CLOSE)
		return NULL;
	if (young->sk == address) {
		young->met = now;
		if (change_place(young, address, address | MET))
			count_socket();
		return NULL;
	}
	if (young->sk != (address | MET) || now - young->met < SECOND_NS)
		return NULL;
	if (is_open(state))
		return move(young, sk, address);
	/* It is closed until the event of its beginning is over. If it was a second ago, its end was missed. */
	grow_up(&conn, young, sk);
	if (change_place(young, address | MET, 0))
		leave(&conn);
	return NULL;
}

static __always_inline int meet_tcp(struct bpf_iter__task_file *ctx, struct sock *sk, __u32 walk, __u32 pid)
{
	int state = sk->__sk_common.skc_state;
	struct conn *conn = storage_of(sk);
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct young *young;
	struct edge *edge;

	if (!tcp)
		return 0;
	if (!conn || conn->stage == NEW) {
		young = young_of(address_of(sk));
		if (young) {
			conn = meet_young(young, sk, state);
			if (!conn)
				return 0;
		}
	}
	if (!conn) {
		struct conn found = {};

		if (!is_open(state) && state != TCP_LISTEN && state != TCP_SYN_SENT)
			return 0;
		found.key.transport = IPPROTO_TCP;
		found.key.pid = pid;
		found.stage = state == TCP_LISTEN ? LISTENING : state == TCP_SYN_SENT ? ASKING : FOUND;
		if (found.stage == FOUND) {
			found.key.direction = direction_of(sk, tcp);
			found.transmitted = tcp->bytes_sent - tcp->bytes_retrans;
			found.received = received_payload(sk, tcp);
			found.retransmits = tcp->total_retrans;
			put_ends(&found.key, sk);
			put_ports(&found, sk);
		}
		conn = create_storage(sk, &found);
		if (!conn)
			return 0;
		/* Counted at the next walk: by then, whatever ended it meanwhile has been told. */
		if (state != TCP_LISTEN)
			return 0;
	}
	if (state == TCP_LISTEN) {
		meet_listener(ctx, sk, conn, walk, pid, IPPROTO_TCP);
		note_listener(address_of(sk), &conn->key);
		return 0;
	}
	if (is_met(conn, walk))
		return 0;
	if (!is_open(state)) {
		/* Its end was missed, see `end`. */
		if (state == TCP_CLOSE)
			leave(conn);
		return 0;
	}
	if (conn->stage == FOUND) {
		conn->stage = SETTLED;
		edge = edge_of(&conn->key);
		if (edge)
			enter(conn, edge);
	} else if (conn->stage == ASKING || conn->stage == LISTENING) {
		settle(conn, sk, pid);
	}
	if (conn->stage != SETTLED || conn->open != OPEN)
		return 0;
	if (!conn->traced)
		trace_conn(conn, TRACE_OPEN, 0);
	edge = edge_of(&conn->key);
	if (!edge)
		return 0;
	enter_traffic(edge, conn, sk, tcp);
	if (edge->walk != walk) {
		edge->walk = walk;
		edge->rtt_sum = 0;
		edge->rtt_count = 0;
	}
	if (tcp->srtt_us) {
		edge->rtt_sum += tcp->srtt_us >> 3;
		edge->rtt_count++;
	}
	return 0;
}

/* Its TCP connections have no files of their own: only what is opened since this program came is told of them. */
static __always_inline int meet_mptcp(struct bpf_iter__task_file *ctx, struct sock *sk, __u32 walk, __u32 pid)
{
	struct conn *conn;

	if (sk->__sk_common.skc_state != TCP_LISTEN)
		return 0;
	conn = create_storage(sk, NULL);
	return conn ? meet_listener(ctx, sk, conn, walk, pid, IPPROTO_TCP) : 0;
}
