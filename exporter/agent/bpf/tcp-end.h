/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* How a TCP connection ends, or fails to begin. */
#pragma once

#include "counting.h"
#include "listening.h"
#include "processes.h"
#include "young.h"

static __always_inline enum failure failure_of(struct sock *sk)
{
	switch (sk->sk_err) {
	case ECONNREFUSED:
		return REFUSED;
	case ETIMEDOUT:
		return TIMEOUT;
	case ECONNRESET:
		return RESET;
	case EHOSTUNREACH:
		return HOST_UNREACHABLE;
	case ENETUNREACH:
		return NET_UNREACHABLE;
	case 0:
		/* Closed by its own process (net/ipv4/tcp.c, __tcp_close); else it never got as far as to ask. */
		return sk->sk_shutdown == SHUTDOWN_MASK ? CANCELLED : OTHER;
	}
	return OTHER;
}

static __always_inline void fails(struct conn *conn, struct sock *sk)
{
	struct edge *edge;
	enum failure failure = failure_of(sk);

	conn->stage = NEW;
	conn->key.direction = ASKED;
	put_ends(&conn->key, sk);
	put_ports(conn, sk);
	edge = edge_of(&conn->key);
	if (edge && failure < FAILURES)
		__sync_fetch_and_add(&edge->failed[failure], 1);
	trace_conn(conn, TRACE_FAILED, failure);
}

static __always_inline void end(struct conn *conn, struct sock *sk, int old_state, int new_state)
{
	struct tcp_sock *tcp;
	struct edge *edge;
	bool was_open;

	if (new_state == TCP_CLOSE && (old_state == TCP_SYN_SENT || old_state == TCP_SYN_RECV)) {
		if (conn->stage == ASKING)
			fails(conn, sk);
		return;
	}
	/*
	 * A program does not run while it is running on the same CPU: a soft interrupt in the midst of it may
	 * have cost this connection the event of its beginning. Then it is entered now, as is one whose process
	 * nobody has known so far, and which that process itself now ends.
	 */
	if (conn->stage == ASKING || conn->stage == LISTENING)
		/* Ended by the network, the current process is any (net/ipv4/tcp.c, tcp_done: not shut down as yet). */
		settle(conn, sk, new_state == TCP_CLOSE && sk->sk_shutdown != SHUTDOWN_MASK ? 0 : current_pid());
	tcp = bpf_skc_to_tcp_sock(sk);
	was_open = conn->open != OVER && __sync_lock_test_and_set(&conn->open, OVER) == OPEN;
	/* The second event of its end mostly brings nothing new. */
	if (!tcp || conn->stage != SETTLED || (!was_open && !has_traffic(conn, sk, tcp)))
		return;
	edge = edge_of(&conn->key);
	if (!edge)
		return;
	if (was_open) {
		__sync_fetch_and_add(&edge->open, -1);
		trace_conn(conn, TRACE_OVER, 0);
	}
	correct_received(edge, conn, received_payload(sk, tcp));
	enter_traffic(edge, conn, sk, tcp);
}

/* Closed both ways, with all sent: what may still come of it is that some is sent again. */
static __always_inline bool is_complete(struct sock *sk, struct tcp_sock *tcp)
{
	return sk->sk_shutdown == SHUTDOWN_MASK && tcp->snd_nxt == tcp->write_seq;
}

static __always_inline bool is_closing(int state)
{
	return state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_CLOSING || state == TCP_LAST_ACK;
}

/* Tells whether it was the socket's. */
static __always_inline bool end_young(struct young *young, __u64 address, struct sock *sk, int old_state, int new_state)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	__u64 place = young->sk;
	struct conn conn;

	if (!tcp)
		return false;
	grow_up(&conn, young, sk);
	if (new_state != TCP_CLOSE && place == address && is_complete(sk, tcp)) {
		conn.retransmits = tcp->total_retrans;
		end(&conn, sk, old_state, new_state);
		return true;
	}
	if (new_state != TCP_CLOSE) {
		if (!change_place(young, place, address | ENDING))
			return false;
		end(&conn, sk, old_state, new_state);
		keep_young(young, &conn);
		return true;
	}
	if (is_closing(old_state) && !(place & ENDING)) {
		/* It was complete when it began to close. */
		conn.stage = SETTLED;
		conn.open = OVER;
		conn.transmitted = tcp->bytes_sent - tcp->bytes_retrans;
		conn.received = received_payload(sk, tcp);
		young->sk = 0;
	} else if (!change_place(young, place, 0)) {
		return false;
	}
	end(&conn, sk, old_state, new_state);
	return true;
}

static __always_inline void ends(struct sock *sk, int old_state, int new_state)
{
	__u64 address = address_of(sk);
	struct young *young;
	struct conn *conn;

	if (old_state == TCP_LISTEN) {
		bpf_map_delete_elem(&musubi_listening, &address);
		return;
	}
	young = young_of(address);
	if (young && end_young(young, address, sk, old_state, new_state))
		return;
	conn = storage_of(sk);
	if (conn)
		end(conn, sk, old_state, new_state);
}
