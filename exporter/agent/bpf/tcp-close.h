/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Closed TCP connections and failed connection attempts. */
#pragma once

#include "counting.h"
#include "listeners.h"
#include "processes.h"
#include "short-conns.h"

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
		/* Closed by its own process (net/ipv4/tcp.c, __tcp_close); otherwise no SYN was sent. */
		return sk->sk_shutdown == SHUTDOWN_MASK ? CANCELLED : OTHER;
	}
	return OTHER;
}

static __always_inline void on_connect_failed(struct conn *conn, struct sock *sk)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct edge *edge;
	enum failure failure = failure_of(sk);

	conn->stage = NEW;
	conn->key.direction = OUTBOUND;
	put_endpoints(&conn->key, sk);
	put_ports(conn, sk);
	edge = edge_of(&conn->key);
	if (!edge || !tcp || failure >= FAILURES)
		return;
	/* The port is returned by now, but still in the header that would be sent (net/ipv4/inet_hashtables.c). */
	trace_begun(&conn->key, bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport), conn->peer_port, TRACE_FAILED, failure,
		    false);
	__sync_fetch_and_add(&edge->failed[failure], 1);
}

/* A process starts to close a connection that was accepted through the listener of another one. */
static __always_inline void note_closing_process(const struct conn *conn)
{
	if (conn->key.direction == INBOUND && conn->initiated_at && conn->key.pid != current_pid())
		note_acceptor(conn->initiated_at, current_exec());
}

static __always_inline void close_conn(struct conn *conn, struct sock *sk, int old_state, int new_state)
{
	struct tcp_sock *tcp;
	struct edge *edge;
	bool was_open;

	/* Only the process itself causes these states, by close(2) or shutdown(2). */
	if (new_state == TCP_FIN_WAIT1 || new_state == TCP_LAST_ACK)
		note_closing_process(conn);
	if (new_state == TCP_CLOSE && (old_state == TCP_SYN_SENT || old_state == TCP_SYN_RECV)) {
		if (conn->stage == CONNECTING)
			on_connect_failed(conn, sk);
		return;
	}
	/*
	 * The kernel does not run a program while it is already running on the same CPU. So a softirq that interrupted
	 * it may have lost the event that opened this connection. Count such a connection now, and also one whose
	 * process was unknown so far and is now closing it.
	 */
	if (conn->stage == CONNECTING || conn->stage == LISTENING)
		/*
		 * If the network closed it, the current process is arbitrary (net/ipv4/tcp.c, tcp_done: not shut down
		 * yet).
		 */
		record_conn(conn, sk, new_state == TCP_CLOSE && sk->sk_shutdown != SHUTDOWN_MASK ? 0 : current_pid());
	tcp = bpf_skc_to_tcp_sock(sk);
	was_open = conn->open != CLOSED && __sync_lock_test_and_set(&conn->open, CLOSED) == OPEN;
	/* The second close event usually adds nothing. */
	if (!tcp || conn->stage != RECORDED || (!was_open && !has_new_traffic(conn, sk, tcp)))
		return;
	edge = edge_of(&conn->key);
	if (!edge)
		return;
	if (was_open) {
		trace_closed(conn);
		__sync_fetch_and_add(&edge->open, -1);
	}
	correct_received(edge, conn, received_payload(sk, tcp));
	count_traffic(edge, conn, sk, tcp);
}

/* Shut down in both directions with everything sent: only retransmits can still change. */
static __always_inline bool is_complete(struct sock *sk, struct tcp_sock *tcp)
{
	return sk->sk_shutdown == SHUTDOWN_MASK && tcp->snd_nxt == tcp->write_seq;
}

static __always_inline bool is_closing(int state)
{
	return state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_CLOSING || state == TCP_LAST_ACK;
}

/* False if the slot no longer belongs to this socket. */
static __always_inline bool close_short_conn(struct short_conn *entry, __u64 address, struct sock *sk, int old_state,
					     int new_state)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	__u64 owner = entry->owner;
	struct conn conn;

	if (!tcp)
		return false;
	load_conn(&conn, entry, sk);
	if (new_state != TCP_CLOSE && owner == address && is_complete(sk, tcp)) {
		conn.retransmits = tcp->total_retrans;
		close_conn(&conn, sk, old_state, new_state);
		return true;
	}
	if (new_state != TCP_CLOSE) {
		if (!swap_slot(entry, owner, address | SLOT_CLOSING))
			return false;
		close_conn(&conn, sk, old_state, new_state);
		store_conn(entry, &conn);
		return true;
	}
	if (is_closing(old_state) && !(owner & SLOT_CLOSING)) {
		/* It was complete when it started to close. */
		conn.stage = RECORDED;
		conn.open = CLOSED;
		conn.transmitted = tcp->bytes_sent - tcp->bytes_retrans;
		conn.received = received_payload(sk, tcp);
		entry->owner = 0;
	} else if (!swap_slot(entry, owner, 0)) {
		return false;
	}
	close_conn(&conn, sk, old_state, new_state);
	return true;
}

static __always_inline void on_close(struct sock *sk, int old_state, int new_state)
{
	__u64 address = address_of(sk);
	struct short_conn *entry;
	struct conn *conn;

	if (old_state == TCP_LISTEN) {
		bpf_map_delete_elem(&musubi_listeners, &address);
		return;
	}
	entry = short_conn_of(address);
	if (entry && close_short_conn(entry, address, sk, old_state, new_state))
		return;
	conn = storage_of(sk);
	if (conn)
		close_conn(conn, sk, old_state, new_state);
}
